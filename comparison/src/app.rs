//! The application that all subjects trace: a route for each way to misbehave.

use std::{future::pending, time::Duration};

use axum::{Router, body::Body, routing::any};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use opentelemetry::{Context, baggage::BaggageExt, global, trace::Tracer};
use tokio::time::sleep;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// How long the slow ones take.
pub const SLOW: Duration = Duration::from_millis(300);

type Chunk = Result<Frame<Bytes>, &'static str>;

pub fn router() -> Router {
    Router::new()
        .route("/users/{id}", any(async || "hello"))
        .route("/streamed", any(async || streamed()))
        .route(
            "/child/opentelemetry",
            any(async || child(|| global::tracer("program").in_span("child", |_| ()))),
        )
        .route("/child/tracing", any(async || child(|| tracing::info_span!("child").in_scope(|| ()))))
        .route("/never", any(pending::<()>))
        .route("/endless", any(async || endless()))
        .route("/broken", any(async || broken()))
        .route("/panics", any(panics))
        .route("/keeps", any(async || keeps()))
        .route("/baggage", any(async || baggage()))
        .route("/driver.Driver/Find", any(async || internal()))
}

/// Three chunks with pauses.
fn streamed() -> Response<Body> {
    body(stream::iter(0..3).then(async |_| {
        sleep(SLOW / 3).await;
        data()
    }))
}

/// A chunk that needs a span of its own.
fn child(make: impl FnOnce() + Send + 'static) -> Response<Body> {
    body(stream::once(async move {
        make();
        data()
    }))
}

fn endless() -> Response<Body> {
    body(stream::once(async { data() }).chain(stream::pending()))
}

fn broken() -> Response<Body> {
    body(stream::iter([data(), Err("the disk is gone")]))
}

async fn panics() {
    panic!("the handler panics");
}

/// A task that goes on after the response, with the context.
fn keeps() {
    let context = Context::current();
    tokio::spawn(async move {
        sleep(SLOW).await;
        drop(context);
    });
}

/// The baggage entry `customer`, as the handler finds it.
fn baggage() -> String {
    let contexts = [Context::current(), tracing::Span::current().context()];
    let values = contexts.iter().filter_map(|context| context.baggage().get("customer"));
    values.map(ToString::to_string).next().unwrap_or_default()
}

/// A gRPC call that fails after its first message.
fn internal() -> Response<Body> {
    let trailers = HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("13"),
    )]);
    let mut response = body(stream::iter([data(), Ok(Frame::trailers(trailers))]));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}

fn body(chunks: impl stream::Stream<Item = Chunk> + Send + 'static) -> Response<Body> {
    Response::new(Body::new(StreamBody::new(chunks)))
}

fn data() -> Chunk {
    Ok(Frame::data(Bytes::from_static(b"chunk")))
}
