//! What propagation had to refuse.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of what extraction and injection dropped, shared by all clones of a propagator.
///
/// Each is a relaxed atomic that only the unusual path touches.
#[derive(Debug, Default)]
pub struct PropagationCounters {
    malformed: AtomicU64,
    baggage_dropped: AtomicU64,
    baggage_skipped: AtomicU64,
}

// === impl PropagationCounters ===

impl PropagationCounters {
    /// Requests whose trace header was malformed; each started a new root.
    pub fn malformed(&self) -> u64 {
        self.malformed.load(Ordering::Relaxed)
    }

    /// Inbound baggage items that were over a limit, without a key or not text.
    pub fn baggage_dropped(&self) -> u64 {
        self.baggage_dropped.load(Ordering::Relaxed)
    }

    /// Outbound baggage items whose key the carrier cannot hold.
    pub fn baggage_skipped(&self) -> u64 {
        self.baggage_skipped.load(Ordering::Relaxed)
    }

    pub(crate) fn count_malformed(&self) {
        self.malformed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_baggage_dropped(&self) {
        self.baggage_dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_baggage_skipped(&self) {
        self.baggage_skipped.fetch_add(1, Ordering::Relaxed);
    }
}
