//! What became of the spans that were given to the exporter.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::error::{FailureCause, SendError};

/// Counters of a [`JaegerExporter`](crate::JaegerExporter), in spans since it was made.
///
/// Every span given to the exporter is counted once: as sent, as waiting, as failed (by cause) or as too large.
#[derive(Debug, Default)]
pub struct ExportStats {
    sent: AtomicU64,
    cut_down: AtomicU64,
    too_large: AtomicU64,
    unreachable: AtomicU64,
    timeout: AtomicU64,
    rejected: AtomicU64,
    other: AtomicU64,
    waiting: AtomicU64,
    last_error: Mutex<Option<String>>,
}

impl ExportStats {
    /// Spans the collector accepted, or that went out over UDP without an error.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Of the spans that were sent, those that were too large for a UDP packet and lost logs, or the ends of tag values, to fit into
    /// one. Their tags `jaeger.cut.logs` and `jaeger.cut.tags` say how many.
    pub fn cut_down(&self) -> u64 {
        self.cut_down.load(Ordering::Relaxed)
    }

    /// Spans dropped because one alone exceeds the packet size of UDP, and could not be cut down to it.
    pub fn too_large(&self) -> u64 {
        self.too_large.load(Ordering::Relaxed)
    }

    /// Spans in messages that could not be delivered and wait to be sent again. The only counter that also goes down.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Spans in messages that could not be delivered, whatever the cause.
    pub fn failed(&self) -> u64 {
        [&self.unreachable, &self.timeout, &self.rejected, &self.other]
            .map(|counter| counter.load(Ordering::Relaxed))
            .iter()
            .sum()
    }

    /// Spans in messages that could not be delivered for the given cause.
    pub fn failed_by(&self, cause: FailureCause) -> u64 {
        self.counter(cause).load(Ordering::Relaxed)
    }

    /// Spans that were given to the exporter and did not get through: failed or too large.
    pub fn lost(&self) -> u64 {
        self.failed() + self.too_large()
    }

    /// The latest error in words; `None` when nothing has been lost.
    pub fn last_error(&self) -> Option<String> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn add_sent(&self, spans: usize) {
        self.sent.fetch_add(spans as u64, Ordering::Relaxed);
    }

    /// A span that has been counted as sent.
    pub(crate) fn add_cut_down(&self) {
        self.cut_down.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_too_large(&self, spans: usize, span_bytes: usize, max_packet_bytes: usize) {
        self.too_large.fetch_add(spans as u64, Ordering::Relaxed);
        self.set_last_error(format!(
            "a span of {span_bytes} bytes does not fit into a packet of {max_packet_bytes}"
        ));
    }

    pub(crate) fn add_failed(&self, spans: usize, error: &SendError) {
        self.add_failed_for(spans, error.cause(), error.to_string());
    }

    pub(crate) fn add_failed_for(&self, spans: usize, cause: FailureCause, error: String) {
        self.counter(cause).fetch_add(spans as u64, Ordering::Relaxed);
        self.set_last_error(error);
    }

    pub(crate) fn add_waiting(&self, spans: usize) {
        self.waiting.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn end_waiting(&self, spans: usize) {
        self.waiting.fetch_sub(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn set_last_error(&self, message: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
    }

    fn counter(&self, cause: FailureCause) -> &AtomicU64 {
        match cause {
            FailureCause::Unreachable => &self.unreachable,
            FailureCause::Timeout => &self.timeout,
            FailureCause::Rejected => &self.rejected,
            FailureCause::Other => &self.other,
        }
    }
}
