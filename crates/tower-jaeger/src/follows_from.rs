//! FollowsFrom: for what is caused by a span that does not wait for it.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanContext, TraceContextExt},
};

/// The attribute by which OpenTelemetry's conventions for the OpenTracing shim say which kind of reference a link is.
const REF_TYPE: &str = "opentracing.ref_type";

/// The links of a span that FollowsFrom the one in a context: that of a message's producer, of a job's creator. None where
/// the context has no span.
///
/// As in Jaeger's clients such a span is in the trace of the one that it follows, with its sampling decision and its
/// baggage: it is started in the same context, and the link makes FOLLOWS_FROM of what would be CHILD_OF.
///
/// ```
/// use std::collections::HashMap;
/// use jaeger_propagation::Propagator;
/// use opentelemetry::{Context, context::FutureExt, trace::{SpanKind, TraceContextExt, Tracer}};
/// use tower_jaeger::follows_from;
///
/// # struct Message { headers: HashMap<String, String> }
/// // The producer; there is `inject_binary_from_context` for headers that are bytes.
/// fn stamp(message: &mut Message, propagator: &Propagator) {
///     propagator.inject_from_context(&Context::current(), &mut message.headers);
/// }
///
/// // The consumer; `extract_binary` for bytes.
/// async fn consume(message: Message, propagator: &Propagator, tracer: &impl Tracer<Span: Send + Sync + 'static>) {
///     let producer = propagator.extract(&message.headers).into_context(&Context::new());
///     let builder = tracer.span_builder("process order").with_kind(SpanKind::Consumer);
///     let span = tracer.build_with_context(builder.with_links(follows_from(&producer)), &producer);
///     let context = producer.with_span(span);
///     process(message).with_context(context.clone()).await;
///     context.span().end();
/// }
/// # async fn process(_: Message) {}
/// ```
///
/// For a trace of the consumer's own, or for one span for many messages, it is started in another context with the links
/// of all.
pub fn follows_from(predecessor: &Context) -> Vec<Link> {
    let span = predecessor.span();
    let span = span.span_context();
    span.is_valid().then(|| link(span.clone())).into_iter().collect()
}

pub(crate) fn link(predecessor: SpanContext) -> Link {
    Link::new(predecessor, vec![KeyValue::new(REF_TYPE, "follows_from")], 0)
}
