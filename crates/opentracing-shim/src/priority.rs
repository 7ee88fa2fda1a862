//! The tag `sampling.priority`: a decision about the trace that a program takes after its start.
//!
//! What becomes of the span itself is up to the engine. But OpenTelemetry's span context is immutable and has no debug flag, so the
//! decision is kept beside it: for spans that start below this one, and for what is injected. In jaeger-client-go it is a state that
//! the spans of a trace share in a process (`setSamplingPriority` in `span.go`).

use jaeger_propagation::Flags;
use opentelemetry::trace::{SpanContext as OtelSpanContext, TraceFlags};

use crate::{Field, Value, ext};

/// A value of the tag that is a decision: a number of 16 bits, as in OpenTracing's `ext`; any other is a tag like others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Priority {
    /// 0: the trace is not reported.
    Off,
    /// More: it is a debug trace.
    Debug,
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

    /// The flags of the trace, where they were these.
    pub(crate) fn flags(self, before: Flags) -> Flags {
        match self {
            Self::Off => before.with_sampled(false).effective(),
            Self::Debug => before | Flags::SAMPLED | Flags::DEBUG,
        }
    }
}

/// A span as others are to see it, whose trace has been given these flags.
pub(crate) fn decided(span: &OtelSpanContext, flags: Flags) -> OtelSpanContext {
    let is_sampled = TraceFlags::default().with_sampled(flags.is_sampled());
    OtelSpanContext::new(
        span.trace_id(),
        span.span_id(),
        is_sampled,
        span.is_remote(),
        span.trace_state().clone(),
    )
}
