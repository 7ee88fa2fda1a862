//! How a provider is to be, and how it starts.

use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};

use jaeger_exporter::{BatchSender, Health, OnChange, ReporterStats, WireProtocol};
use jaeger_propagation::SpanContext;

use super::{Inner, JaegerTracerProvider, Lane, OnReport, Owner};
use crate::{
    clock::Clock,
    priority::Priorities,
    queue::{Limits, Queue},
    record::SpanLimits,
    registry,
    sampler::{Decision, Sampler, SamplerParam},
    worker::Worker,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-tracer";

/// A chunk for a collector: large enough that a request costs little for each span, small enough to be freed soon.
const COLLECTOR_CHUNK_BYTES: usize = 128 * 1024;

/// Settings of a [`JaegerTracerProvider`].
pub struct JaegerTracerProviderBuilder {
    settings: Settings,
    sender: BatchSender,
    on_change: OnChange,
    further: Vec<(BatchSender, OnChange)>,
}

/// Those that spans have to do with.
struct Settings {
    sampler: Box<dyn Sampler>,
    queue_bytes: usize,
    queue_spans: Option<NonZeroUsize>,
    flush_interval: Duration,
    has_short_trace_ids: bool,
    limits: SpanLimits,
    on_report: Option<Box<OnReport>>,
}

/// A sender that is to have a thread.
struct Sending {
    sender: BatchSender,
    on_change: OnChange,
}

/// Records every trace.
#[derive(Debug)]
struct Always;

// === impl JaegerTracerProviderBuilder ===

impl JaegerTracerProviderBuilder {
    pub(super) fn new(sender: BatchSender) -> Self {
        Self { settings: Settings::default(), sender, on_change: Box::new(|_| {}), further: Vec::new() }
    }

    /// Decides which traces are recorded; all by default.
    #[must_use]
    pub fn with_sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.settings.sampler = Box::new(sampler);
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
        self.settings.queue_bytes = bytes;
        self
    }

    /// Spans that may wait to be sent, beside the limit in bytes; what comes then is dropped, span by span, and counted. No such limit
    /// by default.
    ///
    /// Spans that are being sent do not wait. With a limit all threads that end spans meet at one counter.
    #[must_use]
    pub fn with_queue_spans(mut self, spans: NonZeroUsize) -> Self {
        self.settings.queue_spans = Some(spans);
        self
    }

    /// Gives traces that begin here ids of 64 bits, the highest of which is 0, as Jaeger's clients do by default: for a fleet in which
    /// somebody does not know longer ones. 128 bits by default.
    #[must_use]
    pub fn with_64_bit_trace_ids(mut self) -> Self {
        self.settings.has_short_trace_ids = true;
        self
    }

    /// Bytes of text or binary values of tags, at most; what is longer is cut, text between two characters. 256 by default, as in
    /// Jaeger's clients. The fields of logs are not cut.
    #[must_use]
    pub fn with_max_tag_value_bytes(mut self, bytes: usize) -> Self {
        self.settings.limits.tag_value_bytes = bytes;
        self
    }

    /// Logs of a span, at most, as jaeger-client-go limits them: of more, the first and the last are kept, half and half, and one
    /// between them says `event="dropped Span logs"` and `dropped_log_count`.
    ///
    /// By default OpenTelemetry's limit holds: the first 128, and the tag `otel.dropped_events_count`.
    #[must_use]
    pub fn with_max_logs_per_span(mut self, logs: NonZeroU32) -> Self {
        self.settings.limits.logs = Some(logs);
        self
    }

    /// How long a span waits, at most, before it is sent; it is sent sooner when a megabyte has come together. 1 second by default.
    #[must_use]
    pub fn with_flush_interval(mut self, interval: Duration) -> Self {
        self.settings.flush_interval = interval;
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

    /// Sends each span here as well, from a queue with the same bounds and a thread of its own: whatever becomes of it on one way has no
    /// effect on the others. None by default; each costs the thread that ends a span some hundred nanoseconds.
    ///
    /// [`with_on_change`](Self::with_on_change) is for the first sender; `on_change` is the same for this one.
    #[must_use]
    pub fn with_further_sender(
        mut self,
        sender: BatchSender,
        on_change: impl FnMut(Result<(), &str>) + Send + 'static,
    ) -> Self {
        self.further.push((sender, Box::new(on_change)));
        self
    }

    /// Calls back for each span that is reported, with its ids and its operation, on the thread that ends it.
    #[must_use]
    pub fn with_on_report(mut self, on_report: impl Fn(SpanContext, &str) + Send + Sync + 'static) -> Self {
        self.settings.on_report = Some(Box::new(on_report));
        self
    }

    /// Starts the thread.
    ///
    /// If the system refuses one, every span is counted as dropped after shutdown and
    /// [`last_error`](ReporterStats::last_error) says why.
    pub fn build(self) -> JaegerTracerProvider {
        let Self { settings, sender, on_change, further } = self;
        let (lane, first) = settings.lane(sender, on_change);
        let (further, senders): (Vec<_>, Vec<_>) =
            further.into_iter().map(|(sender, on_change)| settings.lane(sender, on_change)).unzip();
        let inner = Arc::new(settings.inner(lane, further));
        registry::add(inner.number, &inner);
        first.start(&inner, None);
        for (index, sender) in senders.into_iter().enumerate() {
            sender.start(&inner, Some(index));
        }
        JaegerTracerProvider { shared: Arc::new(Owner(inner)) }
    }
}

impl fmt::Debug for JaegerTracerProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { sampler, queue_bytes, flush_interval, .. } = &self.settings;
        let mut shown = f.debug_struct("JaegerTracerProviderBuilder");
        shown
            .field("sender", &self.sender)
            .field("sampler", sampler)
            .field("queue_bytes", queue_bytes)
            .field("flush_interval", flush_interval)
            .finish_non_exhaustive()
    }
}

// === impl Settings ===

impl Settings {
    /// A queue, and who is to send what is in it.
    fn lane(&self, sender: BatchSender, on_change: OnChange) -> (Lane, Sending) {
        let stats = Arc::<ReporterStats>::default();
        let sender = sender.with_reporter_stats(Arc::clone(&stats));
        let chunk_bytes = sender.room().min(COLLECTOR_CHUNK_BYTES);
        (self.queue(sender.protocol(), chunk_bytes, stats), Sending { sender, on_change })
    }

    fn queue(&self, protocol: WireProtocol, chunk_bytes: usize, stats: Arc<ReporterStats>) -> Lane {
        let limits = Limits {
            chunk: chunk_bytes,
            queue: self.queue_bytes,
            spans: self.queue_spans.map(NonZeroUsize::get),
            flush_interval: self.flush_interval,
        };
        Lane { queue: Queue::new(limits, Arc::clone(&stats)), protocol, stats }
    }

    fn inner(self, lane: Lane, further: Vec<Lane>) -> Inner {
        Inner {
            sampler: self.sampler,
            clock: Clock::new(),
            lane,
            further: further.into(),
            is_running: AtomicBool::new(true),
            is_disabled: false,
            has_short_trace_ids: self.has_short_trace_ids,
            on_report: self.on_report,
            limits: self.limits,
            priorities: Priorities::default(),
            number: registry::next_number(),
        }
    }
}

// === impl Sending ===

impl Sending {
    fn start(self, inner: &Arc<Inner>, further: Option<usize>) {
        let Self { sender, on_change } = self;
        let stats = Arc::clone(&inner.lane(further).stats);
        let worker = Worker {
            export: sender.stats(),
            sender,
            inner: Arc::clone(inner),
            further,
            stats: Arc::clone(&stats),
            health: Health::new(on_change),
        };
        if let Err(error) = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(|| worker.run()) {
            stats.set_last_error(format!("cannot start the thread {THREAD_NAME}: {error}"));
            inner.stopped(further);
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sampler: Box::new(Always),
            queue_bytes: 96 * 1024 * 1024,
            queue_spans: None,
            flush_interval: Duration::from_secs(1),
            has_short_trace_ids: false,
            limits: SpanLimits::default(),
            on_report: None,
        }
    }
}

/// A provider without a thread, whose spans are their parents again.
pub(super) fn disabled() -> JaegerTracerProvider {
    let settings = Settings::default();
    let lane = settings.queue(WireProtocol::Compact, COLLECTOR_CHUNK_BYTES, Arc::default());
    let mut inner = settings.inner(lane, Vec::new());
    inner.is_disabled = true;
    inner.is_running = AtomicBool::new(false);
    inner.stopped(None);
    JaegerTracerProvider { shared: Arc::new(Owner(Arc::new(inner))) }
}

// === impl Always ===

impl Sampler for Always {
    fn sample(&self, _: opentelemetry::trace::TraceId, _: &str) -> Decision {
        Decision::new(true, "const", SamplerParam::Bool(true))
    }
}
