//! The program `publisher`, which has no use for the baggage. Its span has another name than in lesson 3, as in the original.

use axum::{Router, extract::Query, routing::get};
use http::HeaderMap;
use opentracing_shim::{HttpHeaders, global_tracer};

use crate::{console, service::HelloStr};

pub(crate) fn router() -> Router {
    Router::new().route("/publish", get(publish))
}

async fn publish(headers: HeaderMap, Query(HelloStr { hello_str }): Query<HelloStr>) {
    let tracer = global_tracer();
    let caller = tracer.extract(HttpHeaders, &headers).ok();
    let span = tracer.build_span("publisher").rpc_server(caller.as_ref()).start();

    console::say(&hello_str);

    span.finish();
}
