//! What the backend received, kept and lost, counted by cause.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// A reading of the store's counters; counts since the start unless they say "now".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Stats {
    /// Spans that came in well-formed, kept or not.
    pub received_spans: u64,
    /// Received spans that were not kept, because their trace already filled its share of the memory.
    pub dropped_spans: u64,
    /// Traces removed to make room for newer ones.
    pub evicted_traces: u64,
    /// Requests with spans refused, by every protocol of HTTP and gRPC: what cannot be read, of another content type, too large, too
    /// slow, or from a page of another site.
    pub refused_bodies: u64,
    /// Packets to the agent that are no `emitBatch` or `emitZipkinBatch` in the encoding of their port. What the system drops because its
    /// buffer is full is in no counter of ours.
    pub bad_packets: u64,
    /// Traces in memory now.
    pub kept_traces: usize,
    /// Estimated bytes in memory now.
    pub kept_bytes: usize,
    /// Bound of `kept_bytes`.
    pub max_bytes: usize,
}

/// The counts behind [`Stats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) received_spans: Counter,
    pub(super) dropped_spans: Counter,
    pub(super) evicted_traces: Counter,
    pub(super) refused_bodies: Counter,
    pub(super) bad_packets: Counter,
}

/// A count that only grows; it orders nothing else in memory.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

// === impl Counter ===

impl Counter {
    pub(super) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
