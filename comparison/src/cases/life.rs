//! When the span ends, and how it says why.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::{FutureExt, poll};
use http::Method;
use http_body_util::BodyExt;
use tokio::time::sleep;

use super::request;
use crate::{
    app::SLOW,
    exported::{code, duration, each, mark, tag},
    traced::Traced,
};

/// How long the caller waits before it goes away.
const PATIENCE: Duration = Duration::from_millis(100);

/// Where the subjects write the status of a gRPC call.
const GRPC_STATUS: [&str; 3] = ["response_code", "rpc.grpc.status_code", "rpc.response.status_code"];

pub async fn streamed(traced: &Traced) -> String {
    read(traced, "/streamed").await;
    each(&traced.server_spans(), |span| duration(span, SLOW))
}

pub async fn opentelemetry_child(traced: &Traced) -> String {
    parent_of_child(traced, "/child/opentelemetry").await
}

pub async fn tracing_child(traced: &Traced) -> String {
    parent_of_child(traced, "/child/tracing").await
}

async fn parent_of_child(traced: &Traced, uri: &str) -> String {
    read(traced, uri).await;
    let servers = traced.server_spans();
    let Some(child) = traced.named("child") else { return "no child".into() };
    match servers.iter().any(|server| server.span_context.span_id() == child.parent_span_id) {
        true => "the server span".into(),
        false => "none".into(),
    }
}

pub async fn dropped_before_the_head(traced: &Traced) -> String {
    let mut future = Box::pin(traced.send(request("/never", &[])));
    // Not `timeout`: that polls once more before it gives up, and a caller who goes away does not.
    let _pending = poll!(&mut future);
    sleep(PATIENCE).await;
    drop(future);
    ended(traced)
}

pub async fn dropped_in_the_body(traced: &Traced) -> String {
    let mut response = traced.send(request("/endless", &[])).await;
    response.body_mut().frame().await;
    sleep(PATIENCE).await;
    drop(response);
    ended(traced)
}

pub async fn broken_body(traced: &Traced) -> String {
    read(traced, "/broken").await;
    each(&traced.server_spans(), mark)
}

pub async fn panic(traced: &Traced) -> String {
    let caught = AssertUnwindSafe(traced.send(request("/panics", &[]))).catch_unwind().await;
    let unwinds = if caught.is_err() { "unwinds" } else { "does not unwind" };
    each(&traced.server_spans(), |span| format!("{}, {unwinds}", mark(span)))
}

pub async fn kept_context(traced: &Traced) -> String {
    read(traced, "/keeps").await;
    if !traced.server_spans().is_empty() {
        return "no".into();
    }
    sleep(SLOW + PATIENCE).await;
    each(&traced.server_spans(), |span| format!("yes, {}", duration(span, SLOW)))
}

pub async fn grpc_trailers(traced: &Traced) -> String {
    let mut request = request("/driver.Driver/Find", &[("content-type", "application/grpc")]);
    *request.method_mut() = Method::POST;
    let response = traced.send(request).await;
    let _read = response.into_body().collect().await;
    each(&traced.server_spans(), |span| match GRPC_STATUS.iter().find_map(|key| tag(span, key)) {
        Some(status) => format!("{}, {}", code(&status), mark(span)),
        None => format!("not seen, {}", mark(span)),
    })
}

/// Sends a request and reads the response to its end, if it comes to one.
async fn read(traced: &Traced, uri: &str) {
    let _read = traced.send(request(uri, &[])).await.into_body().collect().await;
}

fn ended(traced: &Traced) -> String {
    each(&traced.server_spans(), |span| format!("{}, {}", duration(span, PATIENCE), mark(span)))
}
