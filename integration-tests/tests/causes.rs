//! Nobody listens: the client span is an error, and its log says why, for hyper-util's client and for tonic's channel.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::net::TcpListener;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{client::legacy::Client as HyperClient, rt::TokioExecutor};
use opentelemetry::{Value, trace::TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tonic::transport::Endpoint;
use tower::{Layer, ServiceExt};
use tower_jaeger::ClientLayer;

/// A port on which nobody listens any more.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn traced() -> (SdkTracerProvider, InMemorySpanExporter) {
    let spans = InMemorySpanExporter::default();
    (SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build(), spans)
}

fn assert_refused(spans: &InMemorySpanExporter) {
    let spans: Vec<SpanData> = spans.get_finished_spans().unwrap();
    assert_eq!(spans.len(), 1, "{spans:?}");
    let tag =
        |key: &str| spans[0].attributes.iter().find(|tag| tag.key.as_str() == key).map(|tag| &tag.value);
    assert_eq!(tag("error"), Some(&Value::Bool(true)));
    assert_eq!(tag("outcome"), Some(&Value::from("service-error")));
    let log = &spans[0].events.events[0];
    let message = log.attributes[0].value.to_string();
    assert_eq!(log.name, "error");
    assert!(message.to_lowercase().contains("connection refused"), "{message}");
}

#[tokio::test]
async fn hyper_util_s_client_says_why_it_could_not_connect() {
    let (provider, spans) = traced();
    let client = HyperClient::builder(TokioExecutor::new()).build_http();
    let client = ClientLayer::with_tracer(provider.tracer("test")).layer(client);
    let request = Request::get(format!("http://{}/", closed())).body(Full::<Bytes>::default()).unwrap();
    client.oneshot(request).await.unwrap_err();
    assert_refused(&spans);
}

#[tokio::test]
async fn tonic_s_channel_says_why_it_could_not_connect() {
    let (provider, spans) = traced();
    let channel = Endpoint::from_shared(format!("http://{}", closed())).unwrap().connect_lazy();
    let client = ClientLayer::with_tracer(provider.tracer("test")).layer(channel);
    let request = Request::post("http://127.0.0.1/a.B/C").header("content-type", "application/grpc");
    client.oneshot(request.body(tonic::body::Body::empty()).unwrap()).await.unwrap_err();
    assert_refused(&spans);
}
