//! What the client layer makes of a call.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::convert::Infallible;

use crate::support::{Traced, request, tag};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use opentelemetry::{
    Context, KeyValue, SpanId, Value,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ResendCount, ServerLayer};

/// What the server on the other side of the client layer sees.
async fn sent(traced: &Traced, request: Request<String>) -> HeaderMap {
    let echo = service_fn(async |request: Request<String>| {
        Ok::<_, Infallible>(
            Response::builder().extension(request.headers().clone()).body(String::new()).unwrap(),
        )
    });
    let response = ClientLayer::with_tracer(traced.tracer()).layer(echo).oneshot(request).await.unwrap();
    response.extensions().get::<HeaderMap>().unwrap().clone()
}

#[tokio::test]
async fn a_call_is_child_of_the_current_span_and_carries_its_baggage() {
    let traced = Traced::new();
    let current = Context::new().with_span(traced.tracer().start("current"));
    let current = current.with_baggage([KeyValue::new("customer", "Rachel's Floral Designs")]);
    let parent = current.span().span_context().clone();
    let forwarded = [("uber-trace-id", "1:2:0:1"), ("uberctx-old", "1"), ("accept", "*/*")];
    let call = request("GET", "http://user:pass@example.com/route?from=1", &forwarded);
    let headers = sent(&traced, call).with_context(current).await;

    let span = traced.one();
    assert_eq!(span.name, "HTTP GET");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!((span.parent_span_id, span.span_context.trace_id()), (parent.span_id(), parent.trace_id()));
    assert_eq!(tag(&span, "http.url"), Some(Value::from("http://REDACTED@example.com/route?from=REDACTED")));
    assert_eq!(tag(&span, "http.status_code"), Some(Value::from(200)));
    let expected = format!("{}:{}:0:1", parent.trace_id(), span.span_context.span_id());
    assert_eq!(headers["uber-trace-id"], expected.as_str());
    assert_eq!(headers["uberctx-customer"], "Rachel%27s%20Floral%20Designs");
    assert_eq!(headers.len(), 3, "{headers:?}");
}

#[tokio::test]
async fn without_a_current_span_a_call_is_a_root() {
    let traced = Traced::new();
    sent(&traced, request("GET", "/", &[])).await;
    assert_eq!(traced.one().parent_span_id, SpanId::INVALID);
}

#[tokio::test]
async fn a_refused_call_is_an_error_for_the_client() {
    for (status, error) in [(399, None), (400, Some(Value::from(true))), (500, Some(Value::from(true)))] {
        let traced = Traced::new();
        let service = service_fn(move |_: Request<String>| async move {
            Ok::<_, Infallible>(Response::builder().status(status).body(String::new()).unwrap())
        });
        ClientLayer::with_tracer(traced.tracer())
            .layer(service)
            .oneshot(request("GET", "/", &[]))
            .await
            .unwrap();
        assert_eq!(tag(&traced.one(), "error"), error, "{status}");
    }
}

#[tokio::test]
async fn any_grpc_failure_is_an_error_for_the_client() {
    let traced = Traced::new();
    let service = service_fn(async |_: Request<String>| {
        Ok::<_, Infallible>(Response::builder().header("grpc-status", "5").body(String::new()).unwrap())
    });
    let call = request("POST", "/a.B/C", &[("content-type", "application/grpc")]);
    ClientLayer::with_tracer(traced.tracer()).layer(service).oneshot(call).await.unwrap();
    assert_eq!(tag(&traced.one(), "error"), Some(Value::from(true)));
}

#[tokio::test]
async fn a_key_that_grpc_cannot_carry_stays_at_home() {
    let traced = Traced::new();
    let baggage = [KeyValue::new("a+b", "1"), KeyValue::new("x-bin", "1"), KeyValue::new("ok", "1")];
    let context = Context::new().with_baggage(baggage);
    let call = request("POST", "/a.B/C", &[("content-type", "application/grpc")]);
    let headers = sent(&traced, call).with_context(context).await;
    let names: Vec<_> =
        headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("uberctx")).collect();
    assert_eq!(names, ["uberctx-ok"]);
}

#[tokio::test]
async fn debug_and_firehose_pass_a_service_whatever_its_sampler_says() {
    let traced = Traced::sampling(false);
    for (received, flags) in [("7b:1c8:0:b", "b"), ("7b:1c8:0:0", "0"), ("7b:1c8:0:8", "8")] {
        let inner = ServiceBuilder::new().layer(ClientLayer::with_tracer(traced.tracer())).service(
            service_fn(async |request: Request<String>| {
                let header = request.headers()["uber-trace-id"].clone();
                Ok::<_, Infallible>(Response::builder().header("sent", header).body(String::new()).unwrap())
            }),
        );
        let service = ServerLayer::with_tracer(traced.tracer()).layer(inner);
        let response = service.oneshot(request("GET", "/", &[("uber-trace-id", received)])).await.unwrap();
        let sent = response.headers()["sent"].to_str().unwrap().to_owned();
        assert!(sent.starts_with("000000000000007b:") && sent.ends_with(&format!(":0:{flags}")), "{sent}");
        response.into_body().collect().await.unwrap();
    }
}

#[tokio::test]
async fn without_an_installed_tracer_context_and_baggage_pass_through() {
    let echo = service_fn(async |request: Request<String>| {
        let header = |name: &str| request.headers()[name].clone();
        let response =
            Response::builder().header("sent", header("uber-trace-id")).header("k", header("uberctx-k"));
        Ok::<_, Infallible>(response.body(String::new()).unwrap())
    });
    let service = ServiceBuilder::new().layer(ServerLayer::new()).layer(ClientLayer::new()).service(echo);
    let headers = [("uber-trace-id", "7b:1c8:0:3"), ("uberctx-k", "v")];
    let response = service.oneshot(request("GET", "/", &headers)).await.unwrap();
    assert_eq!(response.headers()["sent"], "000000000000007b:00000000000001c8:0:3");
    assert_eq!(response.headers()["k"], "v");
}

#[tokio::test]
async fn what_an_error_says_is_a_log_of_its_span() {
    let traced = Traced::new();
    let service = service_fn(async |_: Request<String>| {
        Err::<Response<String>, tower::BoxError>(Box::new(std::io::Error::other("no route to host")))
    });
    let layer = ClientLayer::with_tracer(traced.tracer());
    layer.layer(service).oneshot(request("GET", "/", &[])).await.unwrap_err();
    let span = traced.one();
    assert_eq!(tag(&span, "outcome"), Some("service-error".into()));
    assert_eq!(tag(&span, "error"), Some(true.into()));
    let log = &span.events.events[0];
    assert_eq!((log.name.as_ref(), log.attributes[0].key.as_str()), ("error", "message"));
    assert_eq!(log.attributes[0].value.to_string(), "no route to host");
}

/// Sends a request a second time after a failure.
#[derive(Clone)]
struct Twice(u32);

impl<E> tower::retry::Policy<Request<String>, Response<tower_jaeger::ResponseBody<String>>, E> for Twice {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        request: &mut Request<String>,
        result: &mut Result<Response<tower_jaeger::ResponseBody<String>>, E>,
    ) -> Option<Self::Future> {
        self.0 += 1;
        request.extensions_mut().insert(ResendCount(self.0));
        (result.is_err() && self.0 < 3).then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<String>) -> Option<Request<String>> {
        Some(request.clone())
    }
}

#[tokio::test]
async fn each_attempt_of_a_retry_is_a_span_with_its_number() {
    let traced = Traced::new();
    let current = Context::new().with_span(traced.tracer().start("current"));
    let mut attempts = 0;
    let service = service_fn(move |_: Request<String>| {
        attempts += 1;
        let answer = if attempts < 3 { Err("refused") } else { Ok(Response::new(String::new())) };
        std::future::ready(answer)
    });
    let client = ServiceBuilder::new()
        .retry(Twice(0))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .service(Shared(std::sync::Arc::new(std::sync::Mutex::new(service))));
    let call =
        client.oneshot(request("GET", "/", &[("uber-trace-id", "1:2:0:1")])).with_context(current.clone());
    call.await.unwrap().into_body().collect().await.unwrap();
    let spans = traced.finished();
    let counts: Vec<_> = spans.iter().map(|span| tag(span, "http.request.resend_count")).collect();
    assert_eq!(counts, [None, Some(1.into()), Some(2.into())]);
    let parent = current.span().span_context().span_id();
    assert!(spans.iter().all(|span| span.parent_span_id == parent), "attempts are siblings");
}

/// One service for all clones of a client, as a connection pool is.
struct Shared<S>(std::sync::Arc<std::sync::Mutex<S>>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: tower::Service<Request<String>>> tower::Service<Request<String>> for Shared<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> S::Future {
        self.0.lock().unwrap().call(request)
    }
}

#[tokio::test]
async fn a_hook_of_a_client_may_attach_a_context() {
    let traced = Traced::new();
    let echo = service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
    let layer = ClientLayer::with_tracer(traced.tracer()).with_on_request(|_, span| {
        let _current = Context::new().attach();
        span.set_attribute(KeyValue::new("hooked", true));
    });
    layer.layer(echo).oneshot(request("GET", "/", &[])).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(tag(&traced.one(), "hooked"), Some(Value::from(true)));
}
