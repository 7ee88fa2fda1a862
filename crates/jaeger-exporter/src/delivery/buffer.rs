//! What waits to be sent again.

use std::{collections::VecDeque, mem};

use crate::{
    error::{FailureCause, SendError},
    stats::ExportStats,
};

/// A minute of 1,000 spans of a request a second.
const DEFAULT_MAX_BYTES: usize = 32 * 1024 * 1024;

pub(super) struct Buffer {
    /// The one that waits longest first. One that is on its way is not here, but its bytes are counted.
    pub(super) messages: VecDeque<Message>,
    bytes: usize,
    pub(super) max_bytes: usize,
    /// Whether the thread lives.
    pub(super) is_retrying: bool,
    pub(super) is_stopping: bool,
    /// Flushes are numbered; each asks for an attempt without a pause.
    pub(super) flush_wanted: u64,
    pub(super) flush_done: u64,
    /// Why there is anything here.
    cause: FailureCause,
    error: String,
}

/// Encoded spans.
pub(super) struct Message {
    pub(super) spans: Vec<u8>,
    pub(super) count: usize,
}

// === impl Buffer ===

impl Buffer {
    /// # Errors
    ///
    /// When there is no room for it. It is counted.
    pub(super) fn push(&mut self, message: Message, stats: &ExportStats) -> Result<(), String> {
        let bytes = self.bytes + message.spans.len();
        if bytes > self.max_bytes {
            let error = match self.bytes {
                0 => self.error.clone(),
                bytes => format!("{}; {bytes} bytes wait to be sent again already", self.error),
            };
            stats.add_failed_for(message.count, self.cause, error.clone());
            return Err(error);
        }
        self.bytes = bytes;
        stats.add_waiting(message.count);
        self.messages.push_back(message);
        Ok(())
    }

    /// It waits no longer.
    pub(super) fn leave(&mut self, message: &Message, stats: &ExportStats) {
        self.bytes = self.bytes.saturating_sub(message.spans.len());
        stats.end_waiting(message.count);
    }

    pub(super) fn give_up(&mut self, message: &Message, stats: &ExportStats) {
        self.leave(message, stats);
        stats.add_failed_for(message.count, self.cause, self.error.clone());
    }

    pub(super) fn give_up_all(&mut self, stats: &ExportStats) {
        for message in mem::take(&mut self.messages) {
            self.give_up(&message, stats);
        }
    }

    /// Remembers why an attempt has failed.
    pub(super) fn note(&mut self, error: &SendError) {
        self.cause = error.cause();
        self.error = error.to_string();
    }

    pub(super) fn note_panic(&mut self, panic: String) {
        self.cause = FailureCause::Other;
        self.error = panic;
    }

    /// Why the latest attempt has failed.
    pub(super) fn error(&self) -> &str {
        &self.error
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            max_bytes: DEFAULT_MAX_BYTES,
            is_retrying: false,
            is_stopping: false,
            flush_wanted: 0,
            flush_done: 0,
            cause: FailureCause::Other,
            error: String::new(),
        }
    }
}
