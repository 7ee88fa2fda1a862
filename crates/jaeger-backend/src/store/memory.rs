//! The bounded memory of the store: traces by id, the oldest one leaves first.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::names::Names;
use super::trace::Place;
use super::{ReceivedSpan, Trace, TraceId};

/// Traces within a bound of estimated bytes.
///
/// One trace may fill half of the bound, so that a runaway trace neither breaks it nor drives out all others.
#[derive(Debug)]
pub(super) struct Memory {
    traces: HashMap<TraceId, Arc<Trace>>,
    oldest_first: VecDeque<TraceId>,
    names: Names,
    bytes: usize,
    max_bytes: usize,
}

/// What became of a span.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It is kept.
    Kept,
    /// Its trace was full.
    Dropped,
}

// === impl Memory ===

impl Memory {
    pub(super) fn new(max_bytes: usize) -> Self {
        let (traces, oldest_first, names) = (HashMap::new(), VecDeque::new(), Names::default());
        Self { traces, oldest_first, names, bytes: 0, max_bytes }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(super) fn trace_count(&self) -> usize {
        self.traces.len()
    }

    pub(super) fn trace(&self, id: TraceId) -> Option<Arc<Trace>> {
        self.traces.get(&id).cloned()
    }

    pub(super) fn traces(&self) -> Vec<Arc<Trace>> {
        self.oldest_first.iter().filter_map(|id| self.trace(*id)).collect()
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Adds a span to its trace. May exceed the bound until [`evict`](Self::evict) is called.
    pub(super) fn add(&mut self, span: ReceivedSpan) -> Added {
        let id = TraceId::of(&span.span);
        let is_full = |trace: &Trace, place: &Place| trace.bytes() + place.bytes > self.max_bytes / 2;
        match self.traces.entry(id) {
            Entry::Occupied(mut known) => {
                let place = known.get().place_for(&span);
                if is_full(known.get(), &place) {
                    return Added::Dropped;
                }
                self.names.add(&span);
                self.bytes += place.bytes;
                // Copies the list only while a reader holds the previous one.
                Arc::make_mut(known.get_mut()).add(span, place);
            }
            Entry::Vacant(free) => {
                let mut trace = Trace::new(id);
                let place = trace.place_for(&span);
                if is_full(&trace, &place) {
                    return Added::Dropped;
                }
                self.names.add(&span);
                trace.add(span, place);
                self.bytes += trace.bytes();
                free.insert(Arc::new(trace));
                self.oldest_first.push_back(id);
            }
        }
        Added::Kept
    }

    /// Removes the oldest traces until the bound is kept; returns how many.
    pub(super) fn evict(&mut self) -> u64 {
        let mut evicted = 0;
        while self.bytes > self.max_bytes {
            let Some(oldest) = self.oldest_first.pop_front() else { break };
            if let Some(trace) = self.traces.remove(&oldest) {
                self.bytes -= trace.bytes();
                trace.spans().iter().for_each(|span| self.names.remove(span));
                evicted += 1;
            }
        }
        evicted
    }
}
