//! What became of the spans that were given to the reporter.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Counters of a [`Reporter`](super::Reporter), in spans since it was made.
///
/// Every finished sampled span is counted once: as queued, sent, failed or dropped.
#[derive(Debug, Default)]
pub struct ReporterStats {
    queued: AtomicU64,
    sent: AtomicU64,
    failed: AtomicU64,
    abandoned: AtomicU64,
    dropped_queue_full: AtomicU64,
    dropped_after_shutdown: AtomicU64,
    last_error: Mutex<Option<String>>,
}

// === impl ReporterStats ===

impl ReporterStats {
    /// Spans that wait in the queue or are being exported now. The only counter that also goes down.
    pub fn queued(&self) -> u64 {
        self.queued.load(Ordering::Relaxed)
    }

    /// Spans in batches that the exporter accepted. [`JaegerExporter`](crate::JaegerExporter) accepts some that it can only send later;
    /// its own counters, [`ExportStats`](crate::ExportStats), say how many those are.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Spans in batches that the exporter refused or panicked over, or that were still queued at the deadline of the
    /// shutdown.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Those of the failed that were still queued at the deadline of the shutdown, or when nobody was there to send them.
    pub fn abandoned(&self) -> u64 {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// Spans dropped because the queue was full.
    pub fn dropped_queue_full(&self) -> u64 {
        self.dropped_queue_full.load(Ordering::Relaxed)
    }

    /// Spans dropped because the reporter had been shut down, or could not start its thread.
    pub fn dropped_after_shutdown(&self) -> u64 {
        self.dropped_after_shutdown.load(Ordering::Relaxed)
    }

    /// Spans that did not get through and never will: failed or dropped.
    pub fn lost(&self) -> u64 {
        self.failed() + self.dropped_queue_full() + self.dropped_after_shutdown()
    }

    /// The latest error in words; `None` when nothing has failed.
    pub fn last_error(&self) -> Option<String> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// For reporters: spans have been queued.
    pub fn add_queued(&self, spans: usize) {
        self.queued.fetch_add(spans as u64, Ordering::Relaxed);
    }

    /// For reporters: spans found the queue full.
    pub fn add_dropped_queue_full(&self, spans: usize) {
        self.dropped_queue_full.fetch_add(spans as u64, Ordering::Relaxed);
    }

    /// For reporters: spans have ended after the shutdown.
    pub fn add_dropped_after_shutdown(&self, spans: usize) {
        self.dropped_after_shutdown.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(super) fn queued_to_dropped_queue_full(&self) {
        self.queued.fetch_sub(1, Ordering::Relaxed);
        self.add_dropped_queue_full(1);
    }

    pub(super) fn queued_to_dropped_after_shutdown(&self) {
        self.queued.fetch_sub(1, Ordering::Relaxed);
        self.add_dropped_after_shutdown(1);
    }

    /// For reporters: spans that were queued have been sent.
    pub fn queued_to_sent(&self, spans: usize) {
        self.queued.fetch_sub(spans as u64, Ordering::Relaxed);
        self.sent.fetch_add(spans as u64, Ordering::Relaxed);
    }

    /// For reporters: spans that were queued could not be sent.
    pub fn queued_to_failed(&self, spans: usize, error: String) {
        self.queued.fetch_sub(spans as u64, Ordering::Relaxed);
        self.failed.fetch_add(spans as u64, Ordering::Relaxed);
        self.set_last_error(error);
    }

    /// For reporters: spans that were queued are not going to be sent.
    pub fn queued_to_abandoned(&self, spans: usize, error: String) {
        self.abandoned.fetch_add(spans as u64, Ordering::Relaxed);
        self.queued_to_failed(spans, error);
    }

    /// For reporters: why nothing can be sent.
    pub fn set_last_error(&self, error: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}
