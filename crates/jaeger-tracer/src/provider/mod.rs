//! The provider: what tracers, spans and the sending thread share, from its start to its shutdown.

mod builder;

use std::{
    error, fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jaeger_exporter::{BatchSender, ReporterStats, WireProtocol};
use jaeger_propagation::{SpanContext, SpanId};
use opentelemetry::{
    InstrumentationScope,
    trace::{TraceId, TracerProvider},
};

pub use self::builder::JaegerTracerProviderBuilder;
use crate::{
    clock::{Clock, Tick},
    ids,
    priority::Priorities,
    queue::Queue,
    record::{End, Record, SpanLimits},
    registry,
    sampler::Sampler,
    tracer::JaegerTracer,
};

/// OpenTelemetry's tracer provider, implemented for Jaeger. Clones are the same provider; the last one that is dropped sends
/// what is queued, and nobody waits for that.
#[derive(Clone, Debug)]
pub struct JaegerTracerProvider {
    shared: Arc<Owner>,
}

/// Stops the thread when nobody holds the provider any more; tracers and spans may.
#[derive(Debug)]
struct Owner(Arc<Inner>);

/// What tracers, spans and the thread share.
pub(crate) struct Inner {
    sampler: Box<dyn Sampler>,
    clock: Clock,
    queue: Queue,
    protocol: WireProtocol,
    is_running: AtomicBool,
    /// It never ran.
    is_disabled: bool,
    has_short_trace_ids: bool,
    on_report: Option<Box<OnReport>>,
    stats: Arc<ReporterStats>,
    limits: SpanLimits,
    priorities: Priorities,
    /// In the registry.
    number: u32,
}

type OnReport = dyn Fn(SpanContext, &str) + Send + Sync;

/// Why what was queued has not all been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShutdownError {
    /// The time was over first. What was still queued at a shutdown is counted as failed.
    Timeout,
    /// It has been shut down before.
    AlreadyShutdown,
}

// === impl JaegerTracerProvider ===

impl JaegerTracerProvider {
    /// A provider whose spans go this way. The process is what the sender has been told.
    ///
    /// ```
    /// use jaeger_exporter::BatchSender;
    /// use jaeger_tracer::JaegerTracerProvider;
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    ///
    /// let sender = BatchSender::collector("http://localhost:14268/api/traces")?;
    /// let provider = JaegerTracerProvider::builder(sender).build();
    /// provider.tracer("app").in_span("work", |_| {});
    /// # Ok::<(), jaeger_exporter::EndpointError>(())
    /// ```
    pub fn builder(sender: BatchSender) -> JaegerTracerProviderBuilder {
        JaegerTracerProviderBuilder::new(sender)
    }

    /// A provider that records nothing and sends nothing, for a program whose tracing is turned off: a span of its tracers is its parent
    /// again, so that the traces of callers pass the program as they came.
    ///
    /// ```
    /// use jaeger_tracer::JaegerTracerProvider;
    /// use opentelemetry::trace::{Span, Tracer, TracerProvider};
    ///
    /// let span = JaegerTracerProvider::disabled().tracer("app").start("work");
    /// assert!(!span.span_context().is_valid());
    /// ```
    pub fn disabled() -> Self {
        builder::disabled()
    }

    /// Whether it has not been shut down.
    pub(crate) fn is_running(&self) -> bool {
        self.shared.0.is_running()
    }

    /// What became of the spans so far. Those in chunks that are not full yet are counted when these are sent.
    pub fn stats(&self) -> Arc<ReporterStats> {
        Arc::clone(&self.shared.0.stats)
    }

    /// Traces whose `sampling.priority` was forgotten before its time, because too many had one: 1,000 are remembered for ten minutes.
    pub fn priorities_forgotten(&self) -> u64 {
        self.shared.0.priorities.forgotten()
    }

    /// Sends what has ended until now, and waits for that.
    ///
    /// # Errors
    ///
    /// When the time is over first, or after the shutdown. What could not be sent is in the counters.
    pub fn flush(&self, timeout: Duration) -> Result<(), ShutdownError> {
        let queue = self.shared.0.queue();
        let ticket = queue.request_flush().ok_or(ShutdownError::AlreadyShutdown)?;
        if queue.wait_flushed(ticket, timeout) { Ok(()) } else { Err(ShutdownError::Timeout) }
    }

    /// Sends what is queued and returns at the latest when the time is over. What is still queued then is counted as failed. Spans
    /// that end later are counted as dropped.
    ///
    /// # Errors
    ///
    /// When the time is over first, or it has been shut down before.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), ShutdownError> {
        self.shared.0.shutdown(timeout)
    }
}

impl TracerProvider for JaegerTracerProvider {
    type Tracer = JaegerTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> JaegerTracer {
        JaegerTracer::new(Arc::clone(&self.shared.0), scope)
    }
}

// === impl Owner ===

impl Drop for Owner {
    fn drop(&mut self) {
        // The thread sends what is queued and ends; nobody waits for it.
        self.0.is_running.store(false, Ordering::Relaxed);
        self.0.queue.request_stop();
    }
}

// === impl Inner ===

impl Inner {
    pub(crate) fn sampler(&self) -> &dyn Sampler {
        &*self.sampler
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn now(&self) -> Tick {
        self.clock.now()
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// A record for spans of this provider.
    pub(crate) fn new_record(&self) -> Record {
        Record::new(self.protocol, self.limits)
    }

    pub(crate) fn new_trace_id(&self) -> TraceId {
        if self.has_short_trace_ids { ids::short_trace_id() } else { ids::trace_id() }
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn priorities(&self) -> &Priorities {
        &self.priorities
    }

    /// Makes what a span was told by `sampling.priority` the state of its trace.
    #[inline]
    pub(crate) fn settle(&self, record: &mut Record) {
        if record.take_said() {
            registry::note_said();
            self.priorities.set(record.head().trace_id, record.head().flags);
        }
    }

    /// Whether spans are worth recording: nobody has shut it down.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Relaxed)
    }

    /// Ends a span, and queues it if it is to be reported. What is returned is to be told by [`report`](Self::report), when the
    /// record is locked no more.
    pub(crate) fn finish(&self, record: &mut Record, at: End) -> Option<Reported> {
        if !self.queue.is_due() {
            // The first span after a while, in which the machine may have slept.
            self.clock.adjust();
        }
        self.settle(record);
        if let Some(flags) = self.priorities.of(record.head().trace_id) {
            record.set_flags(flags);
        }
        let ended = record.end(at, &self.clock)?;
        self.queue.push(|out| record.write(ended, out));
        self.on_report.is_some().then(|| {
            let head = record.head();
            let context = SpanContext::new(head.trace_id.into(), head.span_id.into(), head.flags);
            Reported {
                context: context.with_parent_id(SpanId::from(head.parent_id)),
                name: record.name().to_owned(),
            }
        })
    }

    /// Tells the user of a span, who may do anything, with that span too, and may panic.
    pub(crate) fn report(&self, reported: Option<Reported>) {
        if let (Some(on_report), Some(Reported { context, name })) = (&self.on_report, reported) {
            on_report(context, &name);
        }
    }

    pub(crate) fn is_disabled(&self) -> bool {
        self.is_disabled
    }

    /// A sampled span that nobody records, because of the shutdown.
    pub(crate) fn count_after_shutdown(&self) {
        self.stats.add_dropped_after_shutdown(1);
    }

    /// Nobody sends any more: what is queued is lost, and nothing is taken.
    pub(crate) fn stopped(&self) {
        self.is_running.store(false, Ordering::Relaxed);
        self.fail_queued(|| "the sending thread has ended".to_owned());
        self.queue.stopped();
    }

    fn fail_queued(&self, why: impl FnOnce() -> String) {
        let spans = self.queue.abandon();
        if spans > 0 {
            self.stats.queued_to_failed(spans, self.stats.last_error().unwrap_or_else(why));
        }
    }

    fn shutdown(&self, timeout: Duration) -> Result<(), ShutdownError> {
        self.is_running.store(false, Ordering::Relaxed);
        if !self.queue.request_stop() {
            return Err(ShutdownError::AlreadyShutdown);
        }
        if self.queue.wait_stopped(timeout) {
            return Ok(());
        }
        self.fail_queued(|| format!("they were not sent within {timeout:?}"));
        Err(ShutdownError::Timeout)
    }
}

/// A span that is to be told to the user.
#[derive(Debug)]
pub(crate) struct Reported {
    context: SpanContext,
    name: String,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JaegerTracerProvider").field("sampler", &self.sampler).finish_non_exhaustive()
    }
}

// === impl ShutdownError ===

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "not all spans were sent in time",
            Self::AlreadyShutdown => "the tracer has been shut down before",
        })
    }
}

impl error::Error for ShutdownError {}
