//! The list of full chunks, and what the worker is to do beside sending them.

use std::collections::VecDeque;

use super::Chunk;
use crate::sync::Instant;

/// What the threads and the worker agree on, under one lock.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) full: VecDeque<Chunk>,
    pub(super) full_bytes: usize,
    /// Emptied buffers of sent chunks.
    pub(super) spare: Vec<Vec<u8>>,
    pub(super) due_at: Option<Instant>,
    /// Whether the worker has to be woken: to ask the system for it costs more than all the rest.
    pub(super) is_waiting: bool,
    /// Chunks that have been put into `full` and taken out of it so far. What has been taken out is sent when the next one is.
    pub(super) put: u64,
    pub(super) taken: u64,
    /// Flushes are numbered.
    pub(super) flush_wanted: u64,
    pub(super) flush_sealed: u64,
    pub(super) flush_done: u64,
    /// Those that are under way, each with what `taken` must have come to: a later one does not hold up an earlier one.
    flushes: VecDeque<(u64, u64)>,
    pub(super) is_stopping: bool,
    pub(super) is_closed: bool,
    pub(super) is_stopped: bool,
}

// === impl Control ===

impl Control {
    pub(super) fn put(&mut self, chunk: Chunk) {
        self.put += 1;
        self.full_bytes += chunk.bytes.len();
        self.full.push_back(chunk);
    }

    /// Whether a chunk has been added to the last one, which has room for it.
    pub(super) fn join_last(&mut self, chunk: &Chunk, max_bytes: usize) -> bool {
        let Some(last) =
            self.full.back_mut().filter(|last| last.bytes.len() + chunk.bytes.len() <= max_bytes)
        else {
            return false;
        };
        last.bytes.extend_from_slice(&chunk.bytes);
        last.spans += chunk.spans;
        self.full_bytes += chunk.bytes.len();
        true
    }

    /// Everything that is full now belongs to this flush. One for which nothing has come since the last is done with that.
    pub(super) fn note_flush(&mut self, ticket: u64) {
        let target = self.put;
        match self.flushes.back_mut() {
            Some((last, same)) if *same == target => *last = ticket,
            _ => self.flushes.push_back((ticket, target)),
        }
    }

    /// Whether the oldest flush is done.
    pub(super) fn end_flush(&mut self) -> bool {
        let Some(&(ticket, target)) = self.flushes.front() else { return false };
        let is_done = self.taken >= target;
        if is_done {
            self.flushes.pop_front();
            self.flush_done = ticket;
        }
        is_done
    }

    pub(super) fn take(&mut self) -> Option<Chunk> {
        let chunk = self.full.pop_front()?;
        self.taken += 1;
        self.full_bytes -= chunk.bytes.len();
        Some(chunk)
    }
}
