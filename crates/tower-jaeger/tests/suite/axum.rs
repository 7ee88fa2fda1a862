//! What axum tells the layer: the route of nested routers, and the other end of the connection.
#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::net::SocketAddr;

use crate::support::{Traced, tag};
use axum::{Router, body::Body, extract::ConnectInfo, routing::get};
use http::Request;
use http_body_util::BodyExt;
use opentelemetry_sdk::trace::SpanData;
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, Conventions, ServerLayer};

fn app(traced: &Traced, conventions: Conventions) -> Router {
    let users = Router::new().route("/{id}", get(async || "user")).route("/{id}/cart", get(async || "cart"));
    Router::new()
        .nest("/api/users", users)
        .route("/", get(async || "root"))
        .fallback(async || "nothing")
        .layer(ServerLayer::with_tracer(traced.tracer()).with_conventions(conventions))
}

async fn span(conventions: Conventions, path: &str) -> SpanData {
    let traced = Traced::new();
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from(([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201], 4711))));
    let response = app(&traced, conventions).oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();
    traced.one()
}

#[tokio::test]
async fn the_name_is_the_whole_template_of_nested_routers() {
    for (path, name) in [
        ("/", "HTTP GET /"),
        ("/api/users/731", "HTTP GET /api/users/{id}"),
        ("/api/users/731/cart?x=1", "HTTP GET /api/users/{id}/cart"),
        ("/nothing/731", "HTTP GET"),
    ] {
        assert_eq!(span(Conventions::OpenTracing, path).await.name, name, "{path}");
    }
}

#[tokio::test]
async fn the_route_and_the_peer_are_tags() {
    let found = span(Conventions::OpenTelemetry, "/api/users/731").await;
    assert_eq!(found.name, "GET /api/users/{id}");
    assert_eq!(tag(&found, "http.route"), Some("/api/users/{id}".into()));
    assert_eq!(
        tag(&found, "network.peer.address"),
        Some("192.0.2.1".into()),
        "an IPv4 address in IPv6's clothes"
    );
    assert_eq!(tag(&found, "network.peer.port"), Some(4711.into()));
    let found = span(Conventions::OpenTelemetry, "/nothing/731").await;
    assert_eq!((found.name.as_ref(), tag(&found, "http.route")), ("GET", None));
    let found = span(Conventions::OpenTracing, "/").await;
    assert_eq!(tag(&found, "peer.ipv4"), Some("192.0.2.1".into()));
}

#[tokio::test]
async fn a_layer_on_a_nested_router_tells_the_whole_url() {
    for (conventions, key, url) in [
        (Conventions::OpenTracing, "http.url", "/api/users/731?token=REDACTED"),
        (Conventions::OpenTelemetry, "url.path", "/api/users/731"),
    ] {
        let traced = Traced::new();
        let layer = ServerLayer::with_tracer(traced.tracer()).with_conventions(conventions);
        let users = Router::new().route("/{id}", get(async || "user")).layer(layer);
        let app = Router::new().nest("/api/users", users);
        let request = Request::get("/api/users/731?token=secret").body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
        assert_eq!(tag(&traced.one(), key), Some(url.into()));
    }
}

#[tokio::test]
async fn a_call_made_from_a_request_does_not_take_its_route() {
    let traced = Traced::new();
    let client = ClientLayer::with_tracer(traced.tracer());
    let handler = async move |request: Request<Body>| {
        let next = service_fn(async |_: Request<Body>| {
            Ok::<_, std::convert::Infallible>(http::Response::new(Body::empty()))
        });
        client.layer(next).oneshot(request).await.unwrap()
    };
    let app = Router::new().route("/users/{id}", get(handler));
    let response = app.oneshot(Request::get("/users/731").body(Body::empty()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap();
    assert_eq!(traced.one().name, "HTTP GET");
}

#[tokio::test]
async fn what_a_failed_body_says_is_a_log() {
    let traced = Traced::new();
    let broken = async || {
        let chunks = [Ok("x"), Err(std::io::Error::other("the disk is gone"))];
        Body::from_stream(futures_util::stream::iter(chunks))
    };
    let app = Router::new().route("/", get(broken)).layer(ServerLayer::with_tracer(traced.tracer()));
    let response = app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap_err();
    let span = traced.one();
    assert_eq!(tag(&span, "outcome"), Some("body-error".into()));
    assert_eq!(span.events.events[0].attributes[0].value.to_string(), "the disk is gone");
}
