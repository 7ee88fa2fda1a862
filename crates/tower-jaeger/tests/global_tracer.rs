//! A layer without a tracer of its own. One test in a process of its own: the global tracer is one.

mod support;

use std::convert::Infallible;

use http::{Request, Response};
use opentelemetry::global;
use support::{Traced, request};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::ServerLayer;

#[tokio::test]
async fn the_global_tracer_may_be_installed_after_the_layer_was_made() {
    let layer = ServerLayer::new();
    let traced = Traced::new();
    global::set_tracer_provider(traced.provider());
    let service =
        layer.layer(service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()))));
    service.oneshot(request("GET", "/", &[])).await.unwrap();
    assert_eq!(traced.one().instrumentation_scope.name(), "tower-jaeger");
}
