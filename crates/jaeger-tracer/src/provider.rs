//! The provider: a tracer's settings, its queue and its thread.

use std::{
    error, fmt,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use jaeger_exporter::{BatchSender, Health, OnChange, ReporterStats, WireProtocol};
use jaeger_propagation::{SpanContext, SpanId};
use opentelemetry::{InstrumentationScope, trace::TracerProvider};

use crate::{
    clock::{Clock, Tick},
    priority::Priorities,
    queue::{Limits, Queue},
    record::{End, Record, SpanLimits},
    registry,
    sampler::{Decision, Sampler, SamplerParam},
    tracer::JaegerTracer,
    worker::Worker,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-tracer";

/// A chunk for a collector: large enough that a request costs little for each span, small enough to be freed soon.
const COLLECTOR_CHUNK_BYTES: usize = 128 * 1024;

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
    on_report: Option<Box<OnReport>>,
    stats: Arc<ReporterStats>,
    limits: SpanLimits,
    priorities: Priorities,
    /// In the registry.
    number: u32,
}

type OnReport = dyn Fn(SpanContext, &str) + Send + Sync;

/// Settings of a [`JaegerTracerProvider`].
pub struct JaegerTracerProviderBuilder {
    sender: BatchSender,
    sampler: Box<dyn Sampler>,
    queue_bytes: usize,
    flush_interval: Duration,
    limits: SpanLimits,
    on_change: OnChange,
    on_report: Option<Box<OnReport>>,
}

/// Why what was queued has not all been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShutdownError {
    /// The time was over first. What was still queued at a shutdown is counted as failed.
    Timeout,
    /// It has been shut down before.
    AlreadyShutdown,
}

/// Records every trace.
#[derive(Debug)]
struct Always;

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
        JaegerTracerProviderBuilder {
            sender,
            sampler: Box::new(Always),
            queue_bytes: 96 * 1024 * 1024,
            flush_interval: Duration::from_secs(1),
            limits: SpanLimits::default(),
            on_change: Box::new(|_| {}),
            on_report: None,
        }
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

// === impl JaegerTracerProviderBuilder ===

impl JaegerTracerProviderBuilder {
    /// Decides which traces are recorded; all by default.
    #[must_use]
    pub fn with_sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Box::new(sampler);
        self
    }

    /// Bytes of encoded spans that may wait to be sent. What comes then is dropped, as whole chunks, and counted.
    ///
    /// 96 MiB by default: 200,000 spans of a request with its usual tags, 450 bytes each, so that such a burst arrives whole
    /// even if nothing can be sent meanwhile; a shutdown must then wait as long as sending takes, which to an agent is 20 s for
    /// 100 MB. No memory is taken before it is needed, and most is given back afterwards. Beside it there are at most two chunks of
    /// 128 KiB for each of some threads (twice the cores): one that is being filled, and one that a flush has taken.
    #[must_use]
    pub fn with_queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = bytes;
        self
    }

    /// Bytes of text or binary values of tags, at most; what is longer is cut, text between two characters. 256 by default, as in
    /// Jaeger's clients. The fields of logs are not cut.
    #[must_use]
    pub fn with_max_tag_value_bytes(mut self, bytes: usize) -> Self {
        self.limits.tag_value_bytes = bytes;
        self
    }

    /// Logs of a span, at most, as jaeger-client-go limits them: of more, the first and the last are kept, half and half, and one
    /// between them says `event="dropped Span logs"` and `dropped_log_count`.
    ///
    /// By default OpenTelemetry's limit holds: the first 128, and the tag `otel.dropped_events_count`.
    #[must_use]
    pub fn with_max_logs_per_span(mut self, logs: NonZeroU32) -> Self {
        self.limits.logs = Some(logs);
        self
    }

    /// How long a span waits, at most, before it is sent; it is sent sooner when a megabyte has come together. 1 second by default.
    #[must_use]
    pub fn with_flush_interval(mut self, interval: Duration) -> Self {
        self.flush_interval = interval;
        self
    }

    /// Calls back when sending begins to fail, with the error, and when it succeeds again; nobody is told by default.
    ///
    /// It is called on the sending thread, once for each change and not for each message.
    #[must_use]
    pub fn with_on_change(mut self, on_change: impl FnMut(Result<(), &str>) + Send + 'static) -> Self {
        self.on_change = Box::new(on_change);
        self
    }

    /// Calls back for each span that is reported, with its ids and its operation, on the thread that ends it.
    #[must_use]
    pub fn with_on_report(mut self, on_report: impl Fn(SpanContext, &str) + Send + Sync + 'static) -> Self {
        self.on_report = Some(Box::new(on_report));
        self
    }

    /// Starts the thread.
    ///
    /// If the system refuses one, every span is counted as dropped after shutdown and
    /// [`last_error`](ReporterStats::last_error) says why.
    pub fn build(self) -> JaegerTracerProvider {
        let stats = Arc::<ReporterStats>::default();
        let sender = self.sender.with_reporter_stats(Arc::clone(&stats));
        let chunk_bytes = sender.room().min(COLLECTOR_CHUNK_BYTES);
        let limits =
            Limits { chunk: chunk_bytes, queue: self.queue_bytes, flush_interval: self.flush_interval };
        let inner = Arc::new(Inner {
            sampler: self.sampler,
            clock: Clock::new(),
            queue: Queue::new(limits, Arc::clone(&stats)),
            protocol: sender.protocol(),
            is_running: AtomicBool::new(true),
            on_report: self.on_report,
            stats: Arc::clone(&stats),
            limits: self.limits,
            priorities: Priorities::default(),
            number: registry::next_number(),
        });
        registry::add(inner.number, &inner);
        let worker = Worker {
            export: sender.stats(),
            sender,
            inner: Arc::clone(&inner),
            stats: Arc::clone(&stats),
            health: Health::new(self.on_change),
        };
        if let Err(error) = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(|| worker.run()) {
            stats.set_last_error(format!("cannot start the thread {THREAD_NAME}: {error}"));
            inner.stopped();
        }
        JaegerTracerProvider { shared: Arc::new(Owner(inner)) }
    }
}

impl fmt::Debug for JaegerTracerProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, sampler, queue_bytes, flush_interval, .. } = self;
        let mut shown = f.debug_struct("JaegerTracerProviderBuilder");
        shown
            .field("sender", sender)
            .field("sampler", sampler)
            .field("queue_bytes", queue_bytes)
            .field("flush_interval", flush_interval)
            .finish_non_exhaustive()
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

// === impl Always ===

impl Sampler for Always {
    fn sample(&self, _: opentelemetry::trace::TraceId, _: &str) -> Decision {
        Decision::new(true, "const", SamplerParam::Bool(true))
    }
}
