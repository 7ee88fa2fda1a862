//! A layer without a tracer of its own. One test in a process of its own: the global tracer is one.

#[path = "support/sdk.rs"]
mod engine;
mod support;

use std::convert::Infallible;

use http::{Request, Response};
use opentelemetry::global;
use support::{Traced, request};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ResponseHeader, ServerLayer};

#[tokio::test]
async fn the_global_tracer_may_be_installed_after_the_first_requests() {
    let layer = ServerLayer::new();
    let early =
        layer.layer(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
    for header in [[].as_slice(), &[("uber-trace-id", "1:2:0:1")]] {
        early.clone().oneshot(request("GET", "/", header)).await.unwrap();
    }
    let telling = layer.clone().with_response_header(ResponseHeader::uber_trace_id());
    let telling = telling
        .layer(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
    let response = telling.oneshot(request("GET", "/", &[("uber-trace-id", "1:2:0:1")])).await.unwrap();
    assert!(response.headers().is_empty(), "the caller's span is not ours to tell: {response:?}");
    let traced = Traced::new();
    global::set_tracer_provider(traced.provider());
    let service =
        layer.layer(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
    service.oneshot(request("GET", "/", &[])).await.unwrap();
    assert_eq!(traced.one().instrumentation_scope.name(), "tower-jaeger");
}
