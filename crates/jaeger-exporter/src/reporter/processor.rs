//! The reporter as the OpenTelemetry SDK sees it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanExporter, SpanProcessor},
};

use super::{
    builder::ReporterBuilder,
    queue::{Queue, Refused},
    stats::ReporterStats,
};

/// How long [`SpanProcessor::force_flush`] waits, which takes no time of its own; as in the SDK's processors.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Hands finished spans to an exporter on a thread of its own.
///
/// Finishing a span moves it into a bounded queue and returns: it never waits for the exporter, and a span that finds
/// the queue full is dropped and counted. Unsampled spans are ignored. An exporter that panics loses the batch it
/// had, nothing else. Works in any program, with any async runtime or none.
#[derive(Debug)]
pub struct Reporter {
    queue: Arc<Queue>,
    stats: Arc<ReporterStats>,
}

// === impl Reporter ===

impl Reporter {
    /// A reporter with the default queue (8,192 spans), batch (512 spans) and flush interval (1 second).
    pub fn new(exporter: impl SpanExporter + 'static) -> Self {
        Self::builder(exporter).build()
    }

    /// A reporter with other settings.
    pub fn builder<E: SpanExporter + 'static>(exporter: E) -> ReporterBuilder<E> {
        ReporterBuilder::new(exporter)
    }

    pub(super) fn new_with(queue: Arc<Queue>, stats: Arc<ReporterStats>) -> Self {
        Self { queue, stats }
    }

    /// What became of the spans so far; keeps counting while the reporter works elsewhere.
    pub fn stats(&self) -> Arc<ReporterStats> {
        Arc::clone(&self.stats)
    }

    /// Exports what has been finished until now, and waits for that.
    ///
    /// # Errors
    ///
    /// When the time is over first, when a batch failed meanwhile, or after the shutdown.
    pub fn flush(&self, timeout: Duration) -> OTelSdkResult {
        Self::flush_all(&[self], timeout)
    }

    /// The same for several reporters side by side, so that one that hangs costs the others nothing.
    ///
    /// # Errors
    ///
    /// The first one's of those that have one.
    pub fn flush_all(reporters: &[&Self], timeout: Duration) -> OTelSdkResult {
        let deadline = Instant::now().checked_add(timeout);
        let begun: Vec<_> = reporters
            .iter()
            .map(|reporter| (reporter, reporter.stats.failed(), reporter.queue.request_flush()))
            .collect();
        let wait = |(reporter, failed, ticket): (&&Self, u64, Option<u64>)| {
            reporter.wait_flushed(failed, ticket, (timeout, left(deadline, timeout)))
        };
        // All are waited for, whatever becomes of the first.
        let results: Vec<_> = begun.into_iter().map(wait).collect();
        results.into_iter().collect()
    }

    fn wait_flushed(
        &self,
        failed: u64,
        ticket: Option<u64>,
        (timeout, left): (Duration, Duration),
    ) -> OTelSdkResult {
        let Some(ticket) = ticket else { return Err(OTelSdkError::AlreadyShutdown) };
        if !self.queue.wait_flushed(ticket, left) {
            return Err(OTelSdkError::Timeout(timeout));
        }
        match self.stats.failed() - failed {
            0 => Ok(()),
            spans => {
                let error = self.stats.last_error().unwrap_or_default();
                Err(OTelSdkError::InternalFailure(format!("{spans} spans lost: {error}")))
            }
        }
    }

    /// Shuts several reporters down side by side, so that one that hangs costs the others nothing; see
    /// [`shutdown_with_timeout`](SpanProcessor::shutdown_with_timeout).
    ///
    /// # Errors
    ///
    /// The first one's of those that have one.
    pub fn shutdown_all(reporters: &[&Self], timeout: Duration) -> OTelSdkResult {
        let deadline = Instant::now().checked_add(timeout);
        let begun: Vec<_> =
            reporters.iter().map(|reporter| (reporter, reporter.queue.request_stop(timeout))).collect();
        let wait = |(reporter, is_first): (&&Self, bool)| match is_first {
            true => reporter.wait_stopped(timeout, left(deadline, timeout)),
            false => Err(OTelSdkError::AlreadyShutdown),
        };
        let results: Vec<_> = begun.into_iter().map(wait).collect();
        results.into_iter().collect()
    }

    fn wait_stopped(&self, timeout: Duration, left: Duration) -> OTelSdkResult {
        if self.queue.wait_stopped(left) {
            return Ok(());
        }
        let spans = self.queue.abandon();
        if spans > 0 {
            let error = self.stats.last_error();
            let error = error.unwrap_or_else(|| format!("the exporter did not finish within {timeout:?}"));
            self.stats.queued_to_abandoned(spans, error);
        }
        Err(OTelSdkError::Timeout(timeout))
    }
}

/// What is left of the time, of which there may be more than anybody can count.
fn left(deadline: Option<Instant>, timeout: Duration) -> Duration {
    deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()))
}

impl SpanProcessor for Reporter {
    fn on_start(&self, _span: &mut Span, _cx: &Context) {}

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        // Counted before it is in the queue: the worker may be done with it before this thread goes on.
        self.stats.add_queued(1);
        match self.queue.push(span) {
            Ok(()) => {}
            Err(Refused::QueueFull) => self.stats.queued_to_dropped_queue_full(),
            Err(Refused::Stopping) => self.stats.queued_to_dropped_after_shutdown(),
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.flush(FLUSH_TIMEOUT)
    }

    /// Exports what is queued and returns at the latest when the time is over. What is still queued then is counted
    /// as failed; the batch that is being exported stays counted as queued until its fate is known.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        Self::shutdown_all(&[self], timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.queue.set_resource(resource.clone());
    }
}

impl Drop for Reporter {
    /// The thread exports what is queued and ends; nobody waits for it.
    fn drop(&mut self) {
        self.queue.request_stop(FLUSH_TIMEOUT);
    }
}
