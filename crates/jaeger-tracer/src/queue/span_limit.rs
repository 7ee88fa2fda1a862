//! A limit in spans, for who wants one beside that in bytes.

use crate::sync::{AtomicUsize, Ordering};

/// Counts the spans that wait. Each thread that ends one meets the others here; without a limit there is nothing to count.
#[derive(Debug)]
pub(super) struct SpanLimit {
    max: usize,
    waiting: AtomicUsize,
}

// === impl SpanLimit ===

impl SpanLimit {
    pub(super) fn new(max: usize) -> Self {
        Self { max, waiting: AtomicUsize::new(0) }
    }

    /// Whether there is room for one more, which then waits.
    pub(super) fn enter(&self) -> bool {
        let one_more = |waiting: usize| (waiting < self.max).then_some(waiting + 1);
        self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// So many wait no longer.
    pub(super) fn leave(&self, spans: usize) {
        self.waiting.fetch_sub(spans, Ordering::Relaxed);
    }
}
