//! What stands for an engine below the mock tracer: ids, and nothing else.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use opentelemetry::{
    Context, InstrumentationScope, KeyValue,
    trace::{
        SpanBuilder, SpanContext as OtelSpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId,
        TraceState, TracerProvider,
    },
};

/// Gives spans ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Engine {
    ids: Arc<AtomicU64>,
}

/// Has ids and nothing else.
#[derive(Debug)]
pub(super) struct EngineSpan(OtelSpanContext);

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
