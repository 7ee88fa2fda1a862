//! What became of the questions to the sampling endpoint.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a [`RemoteSampler`](super::RemoteSampler) since it was made.
#[derive(Debug, Default)]
pub struct RemoteSamplerStats {
    queries: AtomicU64,
    failed_queries: AtomicU64,
    updates: AtomicU64,
    failed_updates: AtomicU64,
}

// === impl RemoteSamplerStats ===

impl RemoteSamplerStats {
    /// Requests that were answered with a status of 2xx.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Requests that were not.
    pub fn failed_queries(&self) -> u64 {
        self.failed_queries.load(Ordering::Relaxed)
    }

    /// Answers whose strategy is used, whether or not it is a new one.
    pub fn updates(&self) -> u64 {
        self.updates.load(Ordering::Relaxed)
    }

    /// Answers that are no strategy.
    pub fn failed_updates(&self) -> u64 {
        self.failed_updates.load(Ordering::Relaxed)
    }

    pub(super) fn add_query(&self, is_answered: bool) {
        let counter = if is_answered { &self.queries } else { &self.failed_queries };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_update(&self, is_used: bool) {
        let counter = if is_used { &self.updates } else { &self.failed_updates };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
