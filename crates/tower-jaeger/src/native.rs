//! Spans of `jaeger-tracer`, which are started and written without OpenTelemetry's types; the only file that knows that crate.

use std::any::Any;

use jaeger_propagation::JaegerState;
use jaeger_tracer::{JaegerTracer, Parent, RecordingSpan, SpanStart, SpanWriter, global_tracer};
use opentelemetry::{
    Context, InstrumentationScope,
    trace::{Link, Span, SpanKind, TraceContextExt, TraceState},
};

use crate::{GlobalTracer, request_span::Origin};

/// The native tracer itself.
pub(crate) type Native = JaegerTracer;

/// A native span that is being recorded.
#[derive(Debug)]
pub(crate) struct Recording(RecordingSpan);

/// A native span that is being written.
pub(crate) type Writer<'s> = SpanWriter<'s>;

/// The native tracer, if this is one.
pub(crate) fn of<T: 'static>(tracer: &T) -> Option<&Native> {
    let tracer: &dyn Any = tracer;
    match tracer.downcast_ref::<GlobalTracer>() {
        Some(global) => global.native(),
        None => tracer.downcast_ref(),
    }
}

/// The program's, if that is a native one.
pub(crate) fn global(scope: &'static str) -> Option<Native> {
    global_tracer(InstrumentationScope::builder(scope).build())
}

/// Starts a span, and puts it into a context.
pub(crate) fn start(
    tracer: &Native,
    origin: Origin<'_>,
    name: &str,
    kind: SpanKind,
    links: &[Link],
    (number, write_first): (u32, impl FnOnce(Writer<'_>)),
    write: impl FnOnce(Writer<'_>),
) -> (Context, Option<Recording>) {
    let mut start = SpanStart::new(name, kind);
    start.links = links;
    let context = match origin {
        Origin::Caller(extracted) => {
            start.parent = extracted.span_context.map(Parent::from);
            if let Some(text) = &extracted.trace_state {
                // What OpenTelemetry cannot read is left out, as W3C asks for.
                start.trace_state = text.parse().unwrap_or(TraceState::NONE);
            }
            extracted.take_surroundings(&Context::new())
        }
        Origin::Current(context) => {
            start.parent = Parent::of(context);
            start.trace_state = context.span().span_context().trace_state().clone();
            context.clone()
        }
    };
    if start.parent.is_none() {
        start.debug_id = JaegerState::from_context(&context).and_then(JaegerState::debug_id);
    }
    let span = tracer.start_like_others(&start, number, write_first, write);
    let has_debug_id = start.debug_id.is_some();
    let (context, recording) = match span.recording() {
        Some(recording) => (context.with_span(span), Some(Recording(recording))),
        // Only its ids are of use.
        None => (context.with_remote_span_context(span.span_context().clone()), None),
    };
    (if has_debug_id { JaegerState::bind(context) } else { context }, recording)
}

// === impl Recording ===

impl Recording {
    /// Not if it has ended.
    pub(crate) fn write(&self, write: impl FnOnce(Writer<'_>)) {
        self.0.write(write);
    }

    /// Writes and ends the span at once.
    pub(crate) fn end(&self, write: impl FnOnce(Writer<'_>)) {
        self.0.end(write);
    }
}
