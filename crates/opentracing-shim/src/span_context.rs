//! What of a span reaches other spans and other processes.

use std::fmt;

use jaeger_propagation::{Baggage, Flags, JaegerState, LateState, span_context_of, with_trace_of};
use opentelemetry::{
    Context,
    trace::{SpanContext as OtelSpanContext, TraceContextExt},
};

use crate::priority;

/// The ids of a span, its flags and its baggage. It never changes, and is good after its span has finished.
#[derive(Clone)]
pub struct SpanContext {
    /// Without the span itself, which would live as long.
    context: Context,
}

// === impl SpanContext ===

impl SpanContext {
    /// Of the span of a context that may have anything else, whose trace may have been given other flags.
    pub(crate) fn of(context: &Context, flags: Option<Flags>) -> Self {
        let trace = with_trace_of(&Context::new(), context);
        let span = context.span();
        let span = span.span_context();
        // A context that has an invalid span has a parent that was not sampled, for the SDK's samplers.
        let trace = if span.is_valid() { trace.with_remote_span_context(span.clone()) } else { trace };
        Self::own(trace, flags)
    }

    /// Of a context that has nothing but the ids of a span and what belongs to it.
    pub(crate) fn own(context: Context, flags: Option<Flags>) -> Self {
        let context = LateState::unfollow(context);
        let decided = flags
            .filter(|_| context.has_active_span())
            .map(|flags| priority::decided(context.span().span_context(), flags));
        Self { context: decided.map(|span| context.with_remote_span_context(span)).unwrap_or(context) }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn otel(&self) -> OtelSpanContext {
        self.context.span().span_context().clone()
    }

    /// Whether there is anything that another span could take: a trace, a debug id or baggage.
    pub(crate) fn is_worth_something(&self) -> bool {
        self.is_valid() || self.has_debug_id() || self.baggage_items().next().is_some()
    }

    /// Whether the trace that takes it along is to be a debug trace.
    pub(crate) fn has_debug_id(&self) -> bool {
        JaegerState::from_context(&self.context).is_some_and(|state| state.debug_id().is_some())
    }

    /// Whether it belongs to a span. The one of a request that brings baggage or a debug id only does not.
    pub fn is_valid(&self) -> bool {
        self.otel().is_valid()
    }

    /// Whether its trace is reported.
    pub fn is_sampled(&self) -> bool {
        self.otel().is_sampled()
    }

    /// Whether its trace is reported whatever a collector samples.
    pub fn is_debug(&self) -> bool {
        self.flags().is_debug()
    }

    /// The id of the trace as Jaeger prints it: 16 or 32 hexadecimal digits; empty if it belongs to no span.
    pub fn trace_id_string(&self) -> String {
        span_context_of(&self.context).map(|span| span.trace_id.to_string()).unwrap_or_default()
    }

    /// The id of the span, 16 hexadecimal digits; empty if it belongs to no span.
    pub fn span_id_string(&self) -> String {
        span_context_of(&self.context).map(|span| span.span_id.to_string()).unwrap_or_default()
    }

    /// The value of a baggage item; `None` if there is none of this key.
    pub fn baggage_item(&self, key: &str) -> Option<String> {
        Baggage::from_context(&self.context).get(key).map(str::to_owned)
    }

    /// All baggage items, keys and values.
    pub fn baggage_items(&self) -> impl Iterator<Item = (String, String)> {
        let baggage = Baggage::from_context(&self.context);
        let items: Vec<_> = baggage.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        items.into_iter()
    }

    fn flags(&self) -> Flags {
        span_context_of(&self.context).map_or(Flags::NONE, |span| span.flags)
    }
}

impl fmt::Debug for SpanContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanContext")
            .field("trace_id", &self.trace_id_string())
            .field("span_id", &self.span_id_string())
            .field("flags", &self.flags())
            .field("baggage", &self.baggage_items().collect::<Vec<_>>())
            .finish()
    }
}
