//! The program `formatter`: takes the greeting from the baggage.

use axum::{Router, extract::Query, routing::get};
use http::HeaderMap;
use opentracing_shim::{HttpHeaders, field, global_tracer};

use crate::service::HelloTo;

pub(crate) fn router() -> Router {
    Router::new().route("/format", get(format))
}

async fn format(headers: HeaderMap, Query(HelloTo { hello_to }): Query<HelloTo>) -> String {
    let tracer = global_tracer();
    let caller = tracer.extract(HttpHeaders, &headers).ok();
    let span = tracer.build_span("format").rpc_server(caller.as_ref()).start();

    let greeting = span.baggage_item("greeting").unwrap_or_else(|| "Hello".to_owned());
    let hello_str = format!("{greeting}, {hello_to}!");
    span.log([field("event", "string-format"), field("value", hello_str.clone())]);

    span.finish();
    hello_str
}
