//! A tracer for tests, whose spans can be read without a backend.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use jaeger_propagation::Propagator;
use opentelemetry::{
    Context, InstrumentationScope, KeyValue,
    trace::{
        SpanBuilder, SpanContext as OtelSpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId,
        TraceState, TracerProvider,
    },
};

use crate::{Field, ReferenceType, SpanContext, Tracer, Value, recording::Recorder};

/// A tracer for tests: what has finished can be read. Ids are 1, 2, 3 and so on, and every trace is sampled.
///
/// ```
/// use opentracing_shim::{Value, mock::MockTracer};
///
/// let mock = MockTracer::new();
/// let span = mock.tracer().start_span("say-hello");
/// span.set_tag("hello-to", "Bryan");
/// span.set_baggage_item("greeting", "Bonjour");
/// span.finish();
///
/// let finished = mock.finished_spans();
/// assert_eq!(finished[0].operation_name, "say-hello");
/// assert_eq!(finished[0].tag("hello-to"), Some(&Value::from("Bryan")));
/// assert_eq!(finished[0].context.baggage_item("greeting").as_deref(), Some("Bonjour"));
/// ```
#[derive(Clone, Debug)]
pub struct MockTracer {
    tracer: Tracer,
    recorder: Arc<Recorder>,
}

/// A span that has finished.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FinishedSpan {
    /// Its last name.
    pub operation_name: String,
    /// Its ids and its baggage.
    pub context: SpanContext,
    /// What it was started with, in order.
    pub references: Vec<(ReferenceType, SpanContext)>,
    /// All that were set, in order; the last one of a key counts.
    pub tags: Vec<Field>,
    /// In order. Those of baggage that was set are not among them.
    pub logs: Vec<LogRecord>,
    /// When it started.
    pub start_time: SystemTime,
    /// When it ended.
    pub finish_time: SystemTime,
}

/// Something that happened in a span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogRecord {
    /// When.
    pub time: SystemTime,
    /// What, as it was logged.
    pub fields: Vec<Field>,
}

/// Gives spans ids.
#[derive(Clone, Debug, Default)]
struct Engine {
    ids: Arc<AtomicU64>,
}

/// Has ids and nothing else.
#[derive(Debug)]
struct EngineSpan(OtelSpanContext);

// === impl MockTracer ===

impl MockTracer {
    /// One without spans, which reads and writes Jaeger's headers.
    pub fn new() -> Self {
        let recorder = Arc::<Recorder>::default();
        let mut builder = Tracer::builder(&Engine::default())
            .with_text_map_propagator(Propagator::new())
            .with_http_headers_propagator(Propagator::new());
        builder.recorder = Some(Arc::clone(&recorder));
        Self { tracer: builder.build(), recorder }
    }

    /// The tracer that a program is to be given.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// The spans that have finished, in the order in which they did.
    pub fn finished_spans(&self) -> Vec<FinishedSpan> {
        self.recorder.finished().clone()
    }

    /// How many have started and not finished.
    pub fn unfinished_spans(&self) -> usize {
        self.recorder.unfinished()
    }

    /// Forgets the spans that have finished.
    pub fn reset(&self) {
        let spans = std::mem::take(&mut *self.recorder.finished());
        // Not under the lock: with a span's context others may end.
        drop(spans);
    }
}

impl Default for MockTracer {
    fn default() -> Self {
        Self::new()
    }
}

// === impl FinishedSpan ===

impl FinishedSpan {
    /// The last value of a tag.
    pub fn tag(&self, key: &str) -> Option<&Value> {
        self.tags.iter().rev().find(|tag| tag.key == key).map(|tag| &tag.value)
    }
}

// === impl LogRecord ===

impl LogRecord {
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.fields.iter().find(|field| field.key == key).map(|field| &field.value)
    }
}

// === impl Engine ===

impl Engine {
    fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl TracerProvider for Engine {
    type Tracer = Self;

    fn tracer_with_scope(&self, _: InstrumentationScope) -> Self {
        self.clone()
    }
}

impl opentelemetry::trace::Tracer for Engine {
    type Span = EngineSpan;

    fn build_with_context(&self, _: SpanBuilder, parent: &Context) -> EngineSpan {
        let parent = parent.span();
        let parent = parent.span_context();
        let id = self.next_id();
        let trace_id = if parent.is_valid() { parent.trace_id() } else { TraceId::from(u128::from(id)) };
        let flags = TraceFlags::SAMPLED;
        EngineSpan(OtelSpanContext::new(trace_id, SpanId::from(id), flags, false, TraceState::NONE))
    }
}

// === impl EngineSpan ===

impl opentelemetry::trace::Span for EngineSpan {
    fn add_event_with_timestamp<T>(&mut self, _: T, _: SystemTime, _: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn span_context(&self) -> &OtelSpanContext {
        &self.0
    }

    fn is_recording(&self) -> bool {
        true
    }

    fn set_attribute(&mut self, _: KeyValue) {}

    fn set_status(&mut self, _: Status) {}

    fn update_name<T>(&mut self, _: T)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn add_link(&mut self, _: OtelSpanContext, _: Vec<KeyValue>) {}

    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
