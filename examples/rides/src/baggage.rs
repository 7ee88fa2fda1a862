//! What the frontend knows and every service after it reads.

use opentelemetry::{Context, KeyValue, trace::TraceContextExt};
use tower_jaeger::current_baggage;

/// The name of the customer who wants a ride; set when the frontend knows it.
pub(crate) const CUSTOMER: &str = "customer";
/// Who is clicking; from the page, by the header `jaeger-baggage`.
pub(crate) const SESSION: &str = "session";
/// Which click it is; from the page, too.
pub(crate) const REQUEST: &str = "request";
/// How the knobs were when the request came.
pub(crate) const KNOBS: &str = "knobs";

/// Tags the current span with the baggage that has come so far.
pub(crate) fn tag_span() {
    let context = Context::current();
    let baggage = current_baggage();
    for key in [CUSTOMER, SESSION] {
        if let Some(value) = baggage.get(key) {
            context.span().set_attribute(KeyValue::new(key, value.to_owned()));
        }
    }
}

/// Which click this is a part of.
pub(crate) fn request() -> String {
    current_baggage().get(REQUEST).unwrap_or("unknown").to_owned()
}
