//! Jaeger's state in a `Context`: what OpenTelemetry's SpanContext has no room for.

use opentelemetry::{
    Context, KeyValue, Value,
    trace::{SpanContext as OtelSpanContext, TraceContextExt, TraceId},
};

use super::cut::cut;
use crate::{Flags, SpanContext};

/// What Jaeger knows of a trace and OpenTelemetry's SpanContext cannot hold: a value in the `Context`.
///
/// Present only where there is something to say: flags other than *sampled*, or a debug id.
#[derive(Clone, Debug)]
pub struct JaegerState {
    /// The trace that this belongs to; `None` until a debug request's root has been started.
    trace_id: Option<TraceId>,
    flags: Flags,
    debug_id: Option<String>,
}

/// Jaeger's clients cut a tag there; somebody else's header must not make a span large.
const MAX_DEBUG_ID_BYTES: usize = 256;

// === impl JaegerState ===

impl JaegerState {
    /// The reserved attribute by which flags reach a finished span, which no longer knows its `Context`: an integer,
    /// consumed by the exporter and never sent as a tag.
    pub const FLAGS_ATTRIBUTE: &'static str = "jaeger.flags";

    /// The flags of a finished span: *sampled* from its SpanContext, debug and firehose from
    /// [`FLAGS_ATTRIBUTE`](Self::FLAGS_ATTRIBUTE).
    pub fn recorded_flags(span: &OtelSpanContext, attributes: &[KeyValue]) -> Flags {
        let reserved =
            attributes.iter().rev().find(|attribute| attribute.key.as_str() == Self::FLAGS_ATTRIBUTE);
        let extra = match reserved.map(|attribute| &attribute.value) {
            Some(Value::I64(bits)) => *bits as u8 & (Flags::DEBUG | Flags::FIREHOSE).bits(),
            _ => 0,
        };
        Flags::from_bits(extra).with_sampled(span.is_sampled())
    }

    /// The state that a context carries.
    pub fn from_context(context: &Context) -> Option<&Self> {
        context.get::<Self>()
    }

    /// The `jaeger-debug-id` that the next root span of this context has to bear as a tag; `None` once that root
    /// has been started.
    pub fn debug_id(&self) -> Option<&str> {
        self.debug_id.as_deref().filter(|_| self.trace_id.is_none())
    }

    /// Jaeger's flags of a new span of the given trace, when `parent` is the context in which it is started.
    ///
    /// `None` if nothing is known of that trace.
    pub fn flags_of(parent: &Context, trace_id: TraceId) -> Option<Flags> {
        let state = Self::from_context(parent)?;
        let belongs = match state.trace_id {
            Some(own) => own == trace_id,
            None => !parent.span().span_context().is_valid(),
        };
        belongs.then_some(state.flags.effective())
    }

    /// Ties a debug request's state to the root span that has just been put into `context`, so that it marks this
    /// trace and no other one.
    pub fn bind(context: Context) -> Context {
        let bound = match Self::from_context(&context) {
            Some(state) if state.trace_id.is_none() => {
                let span = context.span();
                let span = span.span_context();
                let flags = if span.is_sampled() { state.flags } else { Flags::NONE };
                Self { trace_id: Some(span.trace_id()), flags, debug_id: state.debug_id.clone() }
            }
            _ => return context,
        };
        context.with_value(bound)
    }

    /// Jaeger's flags of a span that is sent on.
    pub(super) fn outgoing_flags(context: &Context, span: &OtelSpanContext) -> Flags {
        let flags = match Self::from_context(context) {
            Some(state) if state.trace_id.is_none_or(|own| own == span.trace_id()) => state.flags,
            _ => Flags::NONE,
        };
        match span.is_sampled() {
            true => flags.effective().with_sampled(true),
            // A sampler that does not know of debug ids said no: the trace is not a debug trace.
            false if flags.is_debug() => Flags::NONE,
            false => flags.with_sampled(false),
        }
    }

    /// The context with these flags of a trace, which may be others than its callers have sent: because a program has said
    /// `sampling.priority` meanwhile.
    pub fn with_flags(context: &Context, trace_id: TraceId, flags: Flags) -> Context {
        context.with_value(Self { trace_id: Some(trace_id), flags, debug_id: None })
    }

    /// A state that says nothing, where a context has one that belongs to another request.
    pub(super) fn hiding(base: &Context) -> Option<Self> {
        let nothing = Self { trace_id: Some(TraceId::INVALID), flags: Flags::NONE, debug_id: None };
        Self::from_context(base).map(|_| nothing)
    }

    /// What a caller's span says beyond *sampled*; `None` if that is nothing.
    pub(super) fn of_span(span: &SpanContext) -> Option<Self> {
        let is_more = span.flags.bits() & !Flags::SAMPLED.bits() != 0;
        is_more.then(|| Self { trace_id: Some(span.trace_id.into()), flags: span.flags, debug_id: None })
    }

    /// A debug trace that is to begin.
    pub(super) fn asked_for(debug_id: &str) -> Self {
        let flags = Flags::SAMPLED | Flags::DEBUG;
        Self { trace_id: None, flags, debug_id: Some(cut(debug_id, MAX_DEBUG_ID_BYTES).to_owned()) }
    }
}
