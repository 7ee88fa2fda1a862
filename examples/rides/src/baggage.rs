//! What the frontend knows and every service after it reads: the customer's name and the session.

use opentelemetry::{Context, KeyValue, baggage::BaggageExt, trace::TraceContextExt};

/// The name of the customer who wants a ride; set when the frontend knows it.
pub(crate) const CUSTOMER: &str = "customer";
/// Who is clicking; from the page, by the header `jaeger-baggage`.
pub(crate) const SESSION: &str = "session";

/// Tags the current span with the baggage that has come so far.
pub(crate) fn tag_span() {
    let context = Context::current();
    for key in [CUSTOMER, SESSION] {
        if let Some(value) = context.baggage().get(key) {
            context.span().set_attribute(KeyValue::new(key, value.clone()));
        }
    }
}

/// The context with one more item of baggage; a call made in it carries the item on.
pub(crate) fn with(context: &Context, key: &'static str, value: &str) -> Context {
    let kept = context.baggage().iter().map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
    let items: Vec<_> = kept.chain([KeyValue::new(key, value.to_owned())]).collect();
    context.with_baggage(items)
}
