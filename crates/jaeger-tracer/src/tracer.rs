//! The tracer: how a span starts.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use jaeger_propagation::{Flags, JaegerState};
use jaeger_thrift::TagRef;
use opentelemetry::{
    Context, InstrumentationScope,
    trace::{
        Link, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState,
        Tracer,
    },
};

use crate::{
    asleep::Asleep,
    clock::wall,
    ids,
    pool::Pooled,
    provider::Inner,
    record::{Head, Record, Sort, Start, kind_text},
    sampler::Decision,
    span::{JaegerSpan, SpanWriter},
};

/// The tag by which a debug trace is found again; Jaeger's clients name it like the header.
const DEBUG_ID_TAG: &str = "jaeger-debug-id";

/// Starts spans; made by [`JaegerTracerProvider`](crate::JaegerTracerProvider). Clones are cheap.
#[derive(Clone, Debug)]
pub struct JaegerTracer {
    inner: Arc<Inner>,
    scope: InstrumentationScope,
    /// Of this tracer and its clones alone; not 0.
    id: u64,
}

/// What a span is to be, without OpenTelemetry's `SpanBuilder` and a `Context` with its parent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanStart<'s> {
    /// The operation.
    pub name: &'s str,
    /// Which end of which kind of call.
    pub kind: SpanKind,
    /// The span that it is ChildOf; none begins a trace.
    pub parent: Option<Parent>,
    /// W3C's `tracestate` of the trace, if it has one.
    pub trace_state: Option<&'s TraceState>,
    /// References to other spans.
    pub links: &'s [Link],
    /// Makes a trace that begins a debug trace, and is its tag `jaeger-debug-id`.
    pub debug_id: Option<&'s str>,
    /// Jaeger's flags of a trace that begins, sampled, debug, firehose, in place of what the sampler says.
    pub flags: Option<Flags>,
    /// The operation of a span that is not sampled when it starts, and is turned on later by `sampling.priority`: static, so that
    /// spans that nobody records need no memory for it.
    pub name_unsampled: &'static str,
    /// `None` is now.
    pub start_time: Option<SystemTime>,
}

/// The parent of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Id of the trace; valid.
    pub trace_id: TraceId,
    /// Id of the parent itself; valid.
    pub span_id: SpanId,
    /// Jaeger's flags, which the new span has, too.
    pub flags: Flags,
}

/// What a span begins with.
struct Begun {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: SpanId,
    flags: Flags,
    decision: Option<Decision>,
}

// === impl SpanStart ===

impl<'s> SpanStart<'s> {
    /// A span of this name and kind that begins a trace now.
    pub fn new(name: &'s str, kind: SpanKind) -> Self {
        Self {
            name,
            kind,
            parent: None,
            trace_state: None,
            links: &[],
            debug_id: None,
            flags: None,
            name_unsampled: "unsampled",
            start_time: None,
        }
    }
}

// === impl Parent ===

impl Parent {
    /// The span of a context, with Jaeger's flags; `None` if there is no valid one.
    pub fn of(context: &Context) -> Option<Self> {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| {
            let flags = JaegerState::flags_of(context, span.trace_id()).unwrap_or(Flags::NONE);
            Self {
                trace_id: span.trace_id(),
                span_id: span.span_id(),
                flags: flags.with_sampled(span.is_sampled()),
            }
        })
    }
}

impl From<jaeger_propagation::SpanContext> for Parent {
    fn from(span: jaeger_propagation::SpanContext) -> Self {
        Self { trace_id: span.trace_id.into(), span_id: span.span_id.into(), flags: span.flags }
    }
}

// === impl Begun ===

impl Begun {
    const NOTHING: Self = Self {
        trace_id: TraceId::INVALID,
        span_id: SpanId::INVALID,
        parent_id: SpanId::INVALID,
        flags: Flags::NONE,
        decision: None,
    };

    /// The parent in place of a span below it.
    fn again(Parent { trace_id, span_id, flags }: Parent) -> Self {
        Self { trace_id, span_id, flags, ..Self::NOTHING }
    }
}

// === impl JaegerTracer ===

impl JaegerTracer {
    pub(crate) fn new(inner: Arc<Inner>, scope: InstrumentationScope) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self { inner, scope, id: NEXT_ID.fetch_add(1, Ordering::Relaxed) }
    }

    /// Starts a span, with its first tags; the closure is not called for one that is not recorded.
    ///
    /// ```
    /// # use jaeger_exporter::BatchSender;
    /// use jaeger_tracer::{JaegerTracerProvider, SpanStart};
    /// use opentelemetry::trace::{SpanKind, TracerProvider};
    ///
    /// # let provider = JaegerTracerProvider::builder(BatchSender::agent("localhost:6831")?).build();
    /// let start = SpanStart::new("work", SpanKind::Internal);
    /// let span = provider.tracer("app").start_span(&start, |mut tags| {
    ///     tags.text("customer", "731");
    ///     tags.written("numbers", |text| (1..4).for_each(|number| text.push_str(&number.to_string())));
    /// });
    /// # Ok::<(), jaeger_exporter::EndpointError>(())
    /// ```
    pub fn start_span(&self, start: &SpanStart<'_>, write: impl FnOnce(SpanWriter<'_>)) -> JaegerSpan {
        self.start_begun(self.begin(start), start, None, |_| {}, write)
    }

    /// The same for one of many spans that begin with the same tags: all spans of this tracer that are given the same number.
    /// These are written by `write_first`, which is called only where no earlier span has left them behind: so it writes tags and
    /// nothing else, and the tag `sampling.priority` has no effect there.
    pub fn start_like_others(
        &self,
        start: &SpanStart<'_>,
        number: u32,
        write_first: impl FnOnce(SpanWriter<'_>),
        write: impl FnOnce(SpanWriter<'_>),
    ) -> JaegerSpan {
        self.start_begun(self.begin(start), start, Some(number), write_first, write)
    }

    /// Starts the span that has these ids already, with the flags of its context and whatever the parent is: `SelfRef` of
    /// jaeger-client-go.
    pub fn start_itself(
        &self,
        itself: jaeger_propagation::SpanContext,
        start: &SpanStart<'_>,
        write: impl FnOnce(SpanWriter<'_>),
    ) -> JaegerSpan {
        let begun = Begun {
            trace_id: itself.trace_id.into(),
            span_id: itself.span_id.into(),
            parent_id: itself.parent_id.unwrap_or_default().into(),
            flags: itself.flags.effective(),
            decision: None,
        };
        self.start_begun(begun, start, None, |_| {}, write)
    }

    fn start_begun(
        &self,
        Begun { trace_id, span_id, parent_id, flags, decision }: Begun,
        start: &SpanStart<'_>,
        number: Option<u32>,
        write_first: impl FnOnce(SpanWriter<'_>),
        write: impl FnOnce(SpanWriter<'_>),
    ) -> JaegerSpan {
        let inner = &self.inner;
        let is_sampled = flags.is_sampled();
        let otel_flags = if is_sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        let context = SpanContext::new(
            trace_id,
            span_id,
            otel_flags,
            false,
            start.trace_state.cloned().unwrap_or_default(),
        );
        if !inner.is_running() {
            if is_sampled && !inner.is_disabled() {
                inner.count_after_shutdown();
            }
            return JaegerSpan::unrecorded(context, flags);
        }
        let at = start.start_time.map_or_else(|| Start::Tick(inner.now()), |time| Start::At(wall(time)));
        if !is_sampled {
            let asleep = Asleep {
                name: Cow::Borrowed(start.name_unsampled),
                start: at,
                parent_id,
                provider: inner.number(),
                kind: start.kind.clone(),
            };
            return JaegerSpan::asleep(context, flags, asleep);
        }
        let mut pooled = Pooled::take(inner);
        if let Some(record) = pooled.open() {
            let head = Head { trace_id, span_id, parent_id, flags, start: at };
            let sort = Sort { tracer: self.id, number, kind: kind_text(&start.kind) };
            let first = |record: &mut Record| {
                self.write_scope(record);
                write_first(SpanWriter::new(record));
            };
            record.begin(head, start.name, start.links, (sort, first));
            if let Some(decision) = decision {
                record.decision(&decision);
            }
            if let Some(debug_id) = start.debug_id {
                record.tag(DEBUG_ID_TAG, TagRef::String(debug_id));
            }
            if *context.trace_state() != TraceState::NONE {
                record.tag("w3c.tracestate", TagRef::String(&context.trace_state().header()));
            }
            write(SpanWriter::new(record));
            inner.settle(record);
        }
        JaegerSpan::recording_into(context, flags, pooled)
    }

    /// Whether a span with this parent is recorded.
    pub fn is_recorded_below(&self, parent: &Parent) -> bool {
        self.inner.priorities().of(parent.trace_id).unwrap_or(parent.flags).is_sampled()
    }

    /// The ids and the flags of a span, and what the sampler has said if it was asked.
    fn begin(&self, start: &SpanStart<'_>) -> Begun {
        if self.inner.is_disabled() {
            return start.parent.map_or(Begun::NOTHING, Begun::again);
        }
        let span_id = ids::span_id();
        if let Some(parent) = start.parent {
            let said = self.inner.priorities().of(parent.trace_id);
            let flags = said.unwrap_or(parent.flags).effective();
            return Begun {
                trace_id: parent.trace_id,
                span_id,
                parent_id: parent.span_id,
                flags,
                decision: None,
            };
        }
        let trace_id = self.inner.new_trace_id();
        let root = |flags, decision| Begun { trace_id, span_id, parent_id: SpanId::INVALID, flags, decision };
        if start.debug_id.is_some() {
            return root(Flags::SAMPLED | Flags::DEBUG, None);
        }
        if let Some(flags) = start.flags {
            return root(flags.effective(), None);
        }
        let decision = self.inner.sampler().sample(trace_id, start.name);
        root(Flags::NONE.with_sampled(decision.is_sampled), Some(decision))
    }

    fn write_scope(&self, record: &mut Record) {
        if !self.scope.name().is_empty() {
            record.tag("otel.scope.name", TagRef::String(self.scope.name()));
        }
        if let Some(version) = self.scope.version().filter(|version| !version.is_empty()) {
            record.tag("otel.scope.version", TagRef::String(version));
        }
    }
}

impl Tracer for JaegerTracer {
    type Span = JaegerSpan;

    fn build_with_context(&self, builder: SpanBuilder, parent_cx: &Context) -> JaegerSpan {
        if parent_cx.is_telemetry_suppressed() {
            return JaegerSpan::unrecorded(SpanContext::empty_context(), Flags::NONE);
        }
        let SpanBuilder { span_kind, name, start_time, attributes, events, links } = builder;
        let parent_span = parent_cx.span();
        let parent_context = parent_span.span_context();
        let parent = Parent::of(parent_cx);
        let debug_id = match parent {
            Some(_) => None,
            None => JaegerState::from_context(parent_cx).and_then(JaegerState::debug_id),
        };
        let links = links.unwrap_or_default();
        let mut start = SpanStart::new(&name, span_kind.unwrap_or(SpanKind::Internal));
        start.parent = parent;
        if parent.is_some() {
            start.trace_state = Some(parent_context.trace_state());
        }
        start.links = &links;
        start.debug_id = debug_id;
        start.start_time = start_time;
        let attributes = attributes.unwrap_or_default();
        let span = self.start_span(&start, |mut span| span.fill(&attributes, &events.unwrap_or_default()));
        span.named(name, &attributes)
    }
}
