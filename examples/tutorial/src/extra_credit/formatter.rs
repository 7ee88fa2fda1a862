//! The program `formatter`, with one layer: its handler knows nothing of tracing but the baggage that it wants.

use axum::{Router, extract::Query, routing::get};
use tower_jaeger::{CurrentBaggage, ServerLayer};

use crate::service::HelloTo;

pub(crate) fn router() -> Router {
    Router::new().route("/format", get(format)).layer(ServerLayer::new())
}

async fn format(
    CurrentBaggage(baggage): CurrentBaggage,
    Query(HelloTo { hello_to }): Query<HelloTo>,
) -> String {
    let greeting = baggage.get("greeting").unwrap_or("Hello");
    format!("{greeting}, {hello_to}!")
}
