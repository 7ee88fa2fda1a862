//! The settings of a reporter.

use std::{sync::Arc, thread, time::Duration};

use opentelemetry_sdk::trace::SpanExporter;

use super::{
    processor::Reporter,
    queue::{Limits, Queue},
    stats::ReporterStats,
    worker::Worker,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-reporter";

/// Settings of a [`Reporter`], made by [`Reporter::builder`].
#[derive(Debug)]
pub struct ReporterBuilder<E> {
    exporter: E,
    limits: Limits,
    stats: Arc<ReporterStats>,
}

// === impl ReporterBuilder ===

impl<E: SpanExporter + 'static> ReporterBuilder<E> {
    pub(super) fn new(exporter: E) -> Self {
        let limits = Limits { queue_spans: 8_192, batch_spans: 512, flush_interval: Duration::from_secs(1) };
        Self { exporter, limits, stats: Arc::default() }
    }

    /// Spans that may wait for the exporter; one more is dropped and counted. 8,192 by default, at least 1.
    ///
    /// The batch that is being exported is not among them.
    #[must_use]
    pub fn with_queue_size(mut self, spans: usize) -> Self {
        self.limits.queue_spans = spans.max(1);
        self
    }

    /// Spans that are exported at once, at most. 512 by default, at least 1.
    #[must_use]
    pub fn with_batch_size(mut self, spans: usize) -> Self {
        self.limits.batch_spans = spans.max(1);
        self
    }

    /// How long a span waits, at most, for its batch to become full. 1 second by default.
    #[must_use]
    pub fn with_flush_interval(mut self, interval: Duration) -> Self {
        self.limits.flush_interval = interval;
        self
    }

    /// The counters to use, for who needs them before the reporter exists. New ones by default.
    #[must_use]
    pub fn with_stats(mut self, stats: Arc<ReporterStats>) -> Self {
        self.stats = stats;
        self
    }

    /// Starts the thread.
    ///
    /// If the system refuses one, every span is counted as dropped after shutdown and
    /// [`last_error`](ReporterStats::last_error) says why.
    pub fn build(mut self) -> Reporter {
        // A batch larger than the queue would never become full.
        self.limits.batch_spans = self.limits.batch_spans.min(self.limits.queue_spans);
        let queue = Arc::new(Queue::new(self.limits));
        let worker =
            Worker { exporter: self.exporter, queue: Arc::clone(&queue), stats: Arc::clone(&self.stats) };
        if let Err(error) = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(|| worker.run()) {
            self.stats.set_last_error(format!("cannot start the thread {THREAD_NAME}: {error}"));
            queue.stopped();
        }
        Reporter::new_with(queue, self.stats)
    }
}
