//! Spans of `jaeger-tracer`, which are started and written without OpenTelemetry's types; the only file that knows that crate.

use std::any::Any;

use jaeger_propagation::JaegerState;
use jaeger_tracer::{JaegerTracer, Parent, RecordingSpan, SpanStart, SpanWriter, global_tracer};
use opentelemetry::{
    Context, InstrumentationScope,
    trace::{Link, Span, SpanKind, TraceContextExt, TraceState},
};

use crate::{GlobalTracer, operation_name::Name, request_span::Origin};

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

/// Whether there may be spans that were not sampled at first and are recorded now.
pub(crate) fn is_any_woken() -> bool {
    jaeger_tracer::is_any_priority_set()
}

/// What is known of a span before its request is looked at.
pub(crate) struct Sort<'s> {
    pub(crate) kind: SpanKind,
    pub(crate) links: &'s [Link],
    /// The number of those that begin with the same tags.
    pub(crate) number: u32,
    /// The operation of one that is not recorded, and may be later.
    pub(crate) name_unsampled: &'static str,
}

/// Starts a span, and puts it into a context.
pub(crate) fn start<'n>(
    tracer: &Native,
    origin: Origin<'_>,
    sort: &Sort<'_>,
    name: impl FnOnce() -> Name<'n>,
    write_first: impl FnOnce(Writer<'_>),
    write: impl FnOnce(Writer<'_>),
) -> (Context, Option<Recording>) {
    let (read, current);
    let (context, parent, trace_state) = match origin {
        Origin::Caller(extracted) => {
            // What OpenTelemetry cannot read is left out, as W3C asks for.
            read = extracted.trace_state.take().and_then(|text| text.parse::<TraceState>().ok());
            let parent = extracted.span_context.map(Parent::from);
            (extracted.take_surroundings(&Context::new()), parent, read.as_ref())
        }
        Origin::Current(context) => {
            current = context.span();
            (context.clone(), Parent::of(context), Some(current.span_context().trace_state()))
        }
    };
    let debug_id = match parent {
        Some(_) => None,
        None => JaegerState::from_context(&context).and_then(JaegerState::debug_id),
    };
    let start = |name: &str| {
        let mut start = SpanStart::new(name, sort.kind.clone());
        start.parent = parent;
        start.trace_state = trace_state;
        start.links = sort.links;
        start.debug_id = debug_id;
        start.name_unsampled = sort.name_unsampled;
        tracer.start_like_others(&start, sort.number, write_first, write)
    };
    let span = match &parent {
        // Nobody is told its name.
        Some(parent) if !tracer.is_recorded_below(parent) => start(sort.name_unsampled),
        _ => name().with_text(start),
    };
    let (recording, flags, trace_id) = (span.recording(), span.flags(), span.span_context().trace_id());
    let has_debug_id = debug_id.is_some();
    let mut context = context.with_span(span);
    if has_debug_id {
        context = JaegerState::bind(context);
    }
    if parent.is_some_and(|parent| parent.flags.effective() != flags) {
        // The program has said more of this trace than its callers know.
        context = JaegerState::with_flags(&context, trace_id, flags);
    }
    (context, recording.map(Recording))
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
