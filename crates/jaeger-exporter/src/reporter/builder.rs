//! The settings of a reporter.

use std::{fmt, sync::Arc, thread, time::Duration};

use opentelemetry_sdk::trace::SpanExporter;

use super::{
    health::Health,
    processor::Reporter,
    queue::{Limits, Queue},
    stats::ReporterStats,
    worker::Worker,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-reporter";

/// Settings of a [`Reporter`], made by [`Reporter::builder`].
pub struct ReporterBuilder<E> {
    exporter: E,
    limits: Limits,
    stats: Arc<ReporterStats>,
    health: Health,
}

// === impl ReporterBuilder ===

impl<E: SpanExporter + 'static> ReporterBuilder<E> {
    pub(super) fn new(exporter: E) -> Self {
        let limits = Limits { queue_spans: 8_192, batch_spans: 512, flush_interval: Duration::from_secs(1) };
        Self { exporter, limits, stats: Arc::default(), health: Health::new(Box::new(|_| {})) }
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

    /// Calls back when exports begin to fail, with the error, and when they succeed again; nobody is told by default.
    ///
    /// It is called on the reporter's thread, once for each change and not for each batch.
    #[must_use]
    pub fn with_on_change(mut self, on_change: impl FnMut(Result<(), &str>) + Send + 'static) -> Self {
        self.health = Health::new(Box::new(on_change));
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
        let worker = Worker {
            exporter: self.exporter,
            queue: Arc::clone(&queue),
            stats: Arc::clone(&self.stats),
            health: self.health,
        };
        if let Err(error) = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(|| worker.run()) {
            self.stats.set_last_error(format!("cannot start the thread {THREAD_NAME}: {error}"));
            queue.stopped();
        }
        Reporter::new_with(queue, self.stats)
    }
}

impl<E: fmt::Debug> fmt::Debug for ReporterBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exporter, limits, stats, health: _ } = self;
        let mut shown = f.debug_struct("ReporterBuilder");
        shown
            .field("exporter", exporter)
            .field("limits", limits)
            .field("stats", stats)
            .finish_non_exhaustive()
    }
}
