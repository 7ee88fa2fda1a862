//! The tag `sampling.priority`: a decision about the trace that a program takes after its start.
//!
//! What becomes of the span itself is up to the engine. But OpenTelemetry's span context is immutable and has no debug flag, so the
//! decision is kept beside it: for spans that start below this one, and for what is injected. In jaeger-client-go it is a state that
//! the spans of a trace share in a process (`setSamplingPriority` in `span.go`).

use jaeger_propagation::{Flags, JaegerState, span_context_of};
use opentelemetry::{
    Context,
    trace::{SpanContext as OtelSpanContext, SpanId, TraceContextExt, TraceFlags},
};

use crate::{Field, SpanContext, Value, ext};

/// A value of the tag that is a decision: a number of 16 bits, as in OpenTracing's `ext`; any other is a tag like others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Priority {
    /// 0: the trace is not reported.
    Off,
    /// More: it is a debug trace.
    Debug,
}

/// The flags that the tag has given a span. Those below it have started with them, and need no decision of their own.
#[derive(Clone, Copy, Debug)]
struct Decided {
    span_id: SpanId,
    flags: TraceFlags,
}

// === impl Priority ===

impl Priority {
    pub(crate) fn of(tag: &Field) -> Option<Self> {
        match tag.value {
            _ if tag.key != ext::SAMPLING_PRIORITY.as_str() => None,
            Value::Long(0) => Some(Self::Off),
            Value::Long(1..=0xffff) => Some(Self::Debug),
            _ => None,
        }
    }

    /// The context of a span that has been given the tag, and the flags of its trace. `None` if the span is not recorded: then the engine
    /// could not turn it on, or is no more.
    pub(crate) fn apply(self, context: &Context) -> Option<(Context, Flags)> {
        if !context.span().is_recording() {
            return None;
        }
        let span = span_context_of(SpanContext::of(context).context())?;
        let flags = match self {
            Self::Off => span.flags.with_sampled(false).effective(),
            Self::Debug => span.flags | Flags::SAMPLED | Flags::DEBUG,
        };
        let is_sampled = TraceFlags::default().with_sampled(flags.is_sampled());
        let decided = Decided { span_id: span.span_id.into(), flags: is_sampled };
        Some((JaegerState::with_flags(context, span.trace_id.into(), flags).with_value(decided), flags))
    }
}

/// The span of a context, as others are to see it.
pub(crate) fn seen(context: &Context) -> OtelSpanContext {
    let span = context.span();
    let span = span.span_context();
    match context.get::<Decided>() {
        Some(decided) if decided.span_id == span.span_id() => OtelSpanContext::new(
            span.trace_id(),
            span.span_id(),
            decided.flags,
            span.is_remote(),
            span.trace_state().clone(),
        ),
        _ => span.clone(),
    }
}

/// The current context as that of a parent: with the decision that the parent has been given since it became active.
pub(crate) fn as_parent(current: Context, own: &Context) -> Context {
    let span_id = own.span().span_context().span_id();
    if own.get::<Decided>().is_none_or(|decided| decided.span_id != span_id) {
        return current;
    }
    let parent = current.with_remote_span_context(seen(own));
    let Some(state) = JaegerState::from_context(own) else { return parent };
    parent.with_value(state.clone())
}
