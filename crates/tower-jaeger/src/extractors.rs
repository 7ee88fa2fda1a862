//! Arguments of axum's handlers.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jaeger_propagation::Baggage;
use opentelemetry::trace::SpanContext;

use crate::{current_baggage, current_span};

/// The server span as an argument of an axum handler: [`current_span`], written as an extractor. It never rejects a request.
///
/// ```
/// use axum::{Router, routing::get};
/// use tower_jaeger::{CurrentBaggage, CurrentSpan, ServerLayer};
///
/// async fn order(CurrentSpan(span): CurrentSpan, CurrentBaggage(baggage): CurrentBaggage) -> String {
///     let customer = baggage.get("customer").unwrap_or("nobody");
///     format!("{customer}'s order, trace {}", span.trace_id())
/// }
///
/// let app: Router = Router::new().route("/order", get(order)).layer(ServerLayer::new());
/// ```
#[derive(Clone, Debug)]
pub struct CurrentSpan(pub SpanContext);

/// The baggage of a request as an argument of an axum handler: [`current_baggage`], written as an extractor. It never
/// rejects a request.
#[derive(Clone, Debug)]
pub struct CurrentBaggage(pub Baggage);

// === impl CurrentSpan ===

impl<S: Send + Sync> FromRequestParts<S> for CurrentSpan {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(current_span()))
    }
}

// === impl CurrentBaggage ===

impl<S: Send + Sync> FromRequestParts<S> for CurrentBaggage {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(current_baggage()))
    }
}
