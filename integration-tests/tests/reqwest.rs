//! reqwest under the client layer, its current version and 0.12: as a tower service and as it is used in practice.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::net::{SocketAddr, TcpListener as StdListener};

use axum::{Router, extract::Query, routing::get};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use opentelemetry::{
    Context, KeyValue, Value,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};
use tower_jaeger::ClientLayer;

struct Traced {
    provider: SdkTracerProvider,
    spans: InMemorySpanExporter,
}

impl Traced {
    fn new() -> Self {
        let spans = InMemorySpanExporter::default();
        Self { provider: SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build(), spans }
    }

    fn layer(&self) -> ClientLayer<opentelemetry_sdk::trace::SdkTracer> {
        ClientLayer::with_tracer(self.provider.tracer("test"))
    }

    fn one(&self) -> SpanData {
        let spans = self.spans.get_finished_spans().unwrap();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans[0].clone()
    }
}

fn tag<'s>(span: &'s SpanData, key: &str) -> Option<&'s Value> {
    span.attributes.iter().find(|tag| tag.key.as_str() == key).map(|tag| &tag.value)
}

/// A server that answers with the trace headers that it got.
async fn echo() -> SocketAddr {
    async fn answer(headers: HeaderMap, _: Query<Vec<(String, String)>>) -> String {
        let header = |name| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        format!("{} {}", header("uber-trace-id"), header("uberctx-customer"))
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, Router::new().route("/", get(answer))).await });
    address
}

/// A context with a span and baggage, as in a handler.
fn current(traced: &Traced) -> Context {
    let span = traced.provider.tracer("test").start("current");
    Context::new().with_span(span).with_baggage([KeyValue::new("customer", "731")])
}

/// The same tests for each version.
macro_rules! tests {
    ($module:ident) => {
        mod $module {
            use ::$module::{Body, Client};
            use tower_jaeger::$module::{ReqwestService, TracedClient};

            use super::*;

            #[tokio::test]
            async fn as_it_is_used_in_practice() {
                let (address, traced) = (echo().await, Traced::new());
                let (client, current) = (Client::new(), current(&traced));
                let client_with_spans = TracedClient::new(client.clone(), &traced.layer());
                let request = client.get(format!("http://{address}/?token=secret"));
                let response = client_with_spans.send(request).with_context(current.clone()).await.unwrap();
                assert_eq!(response.status(), 200);
                assert_eq!(response.url().as_str(), format!("http://{address}/?token=secret"));
                assert!(traced.spans.get_finished_spans().unwrap().is_empty(), "the body is still to come");
                let answer = response.text().await.unwrap();
                let span = traced.one();
                assert_eq!(span.parent_span_id, current.span().span_context().span_id());
                let ids = format!("{}:{}", span.span_context.trace_id(), span.span_context.span_id());
                assert_eq!(answer, format!("{ids}:0:1 731"));
                assert_eq!(tag(&span, "http.status_code"), Some(&Value::I64(200)));
                assert_eq!(tag(&span, "peer.address"), Some(&Value::from(address.to_string())));
                assert!(tag(&span, "http.url").unwrap().as_str().ends_with("/?token=REDACTED"));
            }

            #[tokio::test]
            async fn as_a_tower_service() {
                let (address, traced) = (echo().await, Traced::new());
                let service = traced.layer().layer(ReqwestService::from(Client::new()));
                let request = Request::get(format!("http://{address}/")).body(Body::default()).unwrap();
                let response = service.oneshot(request).await.unwrap();
                let answer = response.into_body().collect().await.unwrap().to_bytes();
                assert!(answer.starts_with(traced.one().span_context.trace_id().to_string().as_bytes()));
            }

            #[tokio::test]
            async fn a_refused_connection_says_why_and_not_with_which_token() {
                let listener = StdListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap();
                drop(listener);
                let (client, traced) = (Client::new(), Traced::new());
                let request = client.get(format!("http://{address}/?token=secret"));
                TracedClient::new(client, &traced.layer()).send(request).await.unwrap_err();
                let span = traced.one();
                let message = span.events.events[0].attributes[0].value.to_string();
                assert!(message.to_lowercase().contains("connection refused"), "{message}");
                assert!(!message.contains("secret"), "{message}");
                assert_eq!(tag(&span, "error"), Some(&Value::Bool(true)));
            }
        }
    };
}

tests!(reqwest);
tests!(reqwest_0_12);
