//! `sampling.priority` in a handler: a trace that its caller did not sample is turned on.
#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/native.rs"]
mod engine;
mod support;

use std::convert::Infallible;

use engine::Traced;
use http::{Request, Response};
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanKind, TraceContextExt},
};
use support::{request, tag};
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ServerLayer};

/// The spans of a service that says this priority before it makes a call, and the trace header of that call.
async fn served(priority: i64, flags: u8) -> (Vec<opentelemetry_sdk::trace::SpanData>, String) {
    let traced = Traced::new();
    let client =
        ClientLayer::with_tracer(traced.tracer()).layer(service_fn(async |request: Request<String>| {
            Ok::<_, Infallible>(Response::new(
                request.headers()["uber-trace-id"].to_str().unwrap().to_owned(),
            ))
        }));
    let handler = service_fn(move |_: Request<String>| {
        let client = client.clone();
        async move {
            Context::current().span().set_attribute(KeyValue::new("sampling.priority", priority));
            let answer = client.oneshot(request("POST", "http://next/", &[])).await?;
            let sent = http_body_util::BodyExt::collect(answer.into_body()).await?.to_bytes();
            Ok::<_, Infallible>(Response::new(String::from_utf8(sent.to_vec()).unwrap()))
        }
    });
    let server = ServerLayer::with_tracer(traced.tracer()).layer(handler);
    let header = format!("7b:1c8:0:{flags}");
    let response = server.oneshot(request("GET", "/", &[("uber-trace-id", &header)])).await.unwrap();
    let sent = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    (traced.finished(), String::from_utf8(sent.to_vec()).unwrap())
}

#[tokio::test]
async fn an_unsampled_trace_is_turned_on_from_here_on() {
    let (spans, sent) = served(1, 0).await;
    assert!(sent.starts_with("000000000000007b:") && sent.ends_with(":3"), "{sent}");
    let kinds: Vec<_> = spans.iter().map(|span| (span.name.as_ref(), span.span_kind.clone())).collect();
    assert_eq!(kinds, [("HTTP POST", SpanKind::Client), ("HTTP GET", SpanKind::Server)]);
    let server = &spans[1];
    assert_eq!(server.parent_span_id, 0x1c8_u64.into());
    assert_eq!(spans[0].parent_span_id, server.span_context.span_id());
    assert_eq!(tag(server, "http.status_code"), Some(200.into()));
    assert_eq!(tag(server, "sampling.priority"), Some(1.into()));
}

#[tokio::test]
async fn a_sampled_trace_is_turned_off_from_here_on() {
    let (spans, sent) = served(0, 1).await;
    assert!(sent.ends_with(":0"), "{sent}");
    assert_eq!(spans.len(), 0, "{spans:?}");
}

#[tokio::test]
async fn a_sampled_trace_becomes_a_debug_trace() {
    let (spans, sent) = served(7, 1).await;
    assert!(sent.ends_with(":3"), "{sent}");
    assert_eq!(spans.len(), 2, "{spans:?}");
}
