//! A client that follows redirects above the client layer: each hop is a span, numbered by the policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use axum::{Router, response::Redirect, routing::get};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client as HyperClient, rt::TokioExecutor};
use opentelemetry::{
    Context, Value,
    context::FutureExt,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::follow_redirect::{
    FollowRedirectLayer,
    policy::{Action, Attempt, Policy},
};
use tower_jaeger::{ClientLayer, ResendCount};

/// Follows everything, and tells each request how many were before it.
#[derive(Clone, Default)]
struct Numbered {
    sent: u32,
}

impl<E> Policy<Full<Bytes>, E> for Numbered {
    fn redirect(&mut self, _: &Attempt<'_>) -> Result<Action, E> {
        Ok(Action::Follow)
    }

    fn on_request(&mut self, request: &mut Request<Full<Bytes>>) {
        if self.sent > 0 {
            request.extensions_mut().insert(ResendCount(self.sent));
        }
        self.sent += 1;
    }

    fn clone_body(&self, body: &Full<Bytes>) -> Option<Full<Bytes>> {
        Some(body.clone())
    }
}

#[tokio::test]
async fn each_hop_of_a_redirect_is_a_span_with_its_number() {
    let app = Router::new()
        .route("/a", get(async || Redirect::temporary("/b")))
        .route("/b", get(async || Redirect::permanent("/c")))
        .route("/c", get(async |headers: HeaderMap| headers["uber-trace-id"].to_str().unwrap().to_owned()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });

    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let current = Context::new().with_span(provider.tracer("test").start("current"));
    let client = ServiceBuilder::new()
        .layer(FollowRedirectLayer::with_policy(Numbered::default()))
        .layer(ClientLayer::with_tracer(provider.tracer("test")))
        .service(HyperClient::builder(TokioExecutor::new()).build_http());
    let request = Request::get(format!("http://{address}/a")).body(Full::default()).unwrap();
    let response = client.oneshot(request).with_context(current.clone()).await.unwrap();
    let answer = response.into_body().collect().await.unwrap().to_bytes();

    let spans = spans.get_finished_spans().unwrap();
    let tag = |index: usize, key: &str| {
        spans[index].attributes.iter().find(|tag| tag.key.as_str() == key).map(|tag| tag.value.clone())
    };
    let statuses: Vec<_> = (0..3).map(|index| tag(index, "http.status_code")).collect();
    assert_eq!(statuses, [307, 308, 200].map(|status| Some(Value::I64(status))));
    let counts: Vec<_> = (0..3).map(|index| tag(index, "http.request.resend_count")).collect();
    assert_eq!(counts, [None, Some(Value::I64(1)), Some(Value::I64(2))]);
    let parent = current.span().span_context().span_id();
    assert!(spans.iter().all(|span| span.parent_span_id == parent), "hops are siblings");
    let last = &spans[2].span_context;
    let expected = format!("{}:{}:0:1", last.trace_id(), last.span_id());
    assert_eq!(answer, expected.as_bytes());
}
