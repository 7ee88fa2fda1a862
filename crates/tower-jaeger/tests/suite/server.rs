//! What the server layer makes of a request.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use crate::support::{Traced, call, request, tag};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use opentelemetry::{
    Context, SpanId, TraceId, Value,
    baggage::BaggageExt,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};
use tower::{Layer, Service, service_fn};
use tower_jaeger::{ResponseBody, ServerLayer};

/// A service that answers with a status, within the layer.
fn answering(
    traced: &Traced,
    status: u16,
) -> impl Service<Request<String>, Response = Response<ResponseBody<String>>, Error = Infallible> {
    ServerLayer::with_tracer(traced.tracer()).layer(service_fn(move |_: Request<String>| async move {
        Ok(Response::builder().status(status).body("hello".to_string()).unwrap())
    }))
}

#[tokio::test]
async fn the_span_is_child_of_the_caller_and_tagged() {
    let traced = Traced::new();
    let headers = [("uber-trace-id", "7b:1c8:0:1"), ("host", "example.com")];
    let response = call(&mut answering(&traced, 200), request("GET", "/users/731?token=x", &headers)).await;
    response.into_body().collect().await.unwrap();

    let span = traced.one();
    assert_eq!(span.name, "HTTP GET");
    assert_eq!(span.span_kind, SpanKind::Server);
    assert_eq!(span.span_context.trace_id(), TraceId::from(0x7b));
    assert_eq!(span.parent_span_id, SpanId::from(0x1c8));
    assert_eq!(span.status, Status::Unset);
    let tags: Vec<_> = span.attributes.iter().map(|tag| (tag.key.as_str(), tag.value.clone())).collect();
    assert_eq!(
        tags,
        [
            ("component", Value::from("tower")),
            ("http.method", Value::from("GET")),
            ("http.url", Value::from("/users/731?token=REDACTED")),
            ("http.status_code", Value::from(200)),
        ]
    );
}

#[tokio::test]
async fn a_server_error_is_an_error_and_a_client_error_is_not() {
    for (status, error) in
        [(404, None), (499, None), (500, Some(Value::from(true))), (503, Some(true.into()))]
    {
        let traced = Traced::new();
        let response = call(&mut answering(&traced, status), request("GET", "/", &[])).await;
        response.into_body().collect().await.unwrap();
        let span = traced.one();
        assert_eq!(tag(&span, "error"), error, "{status}");
        assert_eq!(span.status == Status::error(""), error.is_some(), "{status}");
        assert_eq!(tag(&span, "http.status_code"), Some(i64::from(status).into()));
    }
}

#[tokio::test]
async fn a_malformed_header_gives_a_new_root_even_inside_another_span() {
    let traced = Traced::new();
    let ambient = Context::new().with_span(traced.tracer().start("ambient"));
    let headers = [("uber-trace-id", "junk"), ("uberctx-customer", "731")];
    let mut service = answering(&traced, 200);
    let guard = ambient.clone().attach();
    let response = service.call(request("GET", "/", &headers));
    drop(guard);
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().collect().await.unwrap();

    let span = traced.one();
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_ne!(span.span_context.trace_id(), ambient.span().span_context().trace_id());
    assert_eq!(span.events.len(), 1);
    assert_eq!(
        span.events[0].attributes[0].value.to_string(),
        "malformed structure in the jaeger trace header: expected trace-id:span-id:parent-id:flags"
    );
}

#[tokio::test]
async fn the_span_and_the_baggage_are_current_in_call_future_and_body() {
    let traced = Traced::new();
    let tracer = traced.tracer();
    let (in_call, in_future) = (tracer.clone(), tracer.clone());
    let mut service = ServerLayer::with_tracer(tracer).layer(tower::service_fn(move |_: Request<String>| {
        drop(in_call.start("in call"));
        let in_future = in_future.clone();
        async move {
            tokio::task::yield_now().await;
            drop(in_future.start("in future"));
            let customer = Context::current().baggage().get("customer").unwrap().to_string();
            let in_body = in_future.clone();
            let body = Polled(Some(move || drop(in_body.start("in body"))));
            Ok::<_, Infallible>(Response::builder().header("customer", customer).body(body).unwrap())
        }
    }));
    let headers = [("uber-trace-id", "7b:1c8:0:1"), ("uberctx-customer", "Trom%20Chocolatier")];
    let response = call(&mut service, request("GET", "/", &headers)).await;
    assert_eq!(response.headers()["customer"], "Trom Chocolatier");
    response.into_body().collect().await.unwrap();

    let spans = traced.finished();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["in call", "in future", "in body", "HTTP GET"]);
    let server = spans[3].span_context.span_id();
    assert!(spans[..3].iter().all(|span| span.parent_span_id == server));
}

/// A body of one frame that does something when it is polled for it.
struct Polled<F>(Option<F>);

impl<F: FnOnce() + Unpin> Body for Polled<F> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|on_poll| {
            on_poll();
            Ok(Frame::data(Bytes::from_static(b"x")))
        }))
    }
}

#[tokio::test]
async fn an_unsampled_request_is_not_recorded_and_its_context_is_still_there() {
    let traced = Traced::new();
    let mut service =
        ServerLayer::with_tracer(traced.tracer()).layer(service_fn(async |_: Request<String>| {
            let context = Context::current();
            let span = context.span().span_context().clone();
            assert_eq!(span.trace_id(), TraceId::from(0x7b));
            assert!(!span.is_sampled());
            assert_eq!(context.baggage().get("k").unwrap().as_str(), "v");
            Ok::<_, Infallible>(Response::new(String::new()))
        }));
    call(&mut service, request("GET", "/", &[("uber-trace-id", "7b:1c8:0:0"), ("uberctx-k", "v")])).await;
    assert!(traced.finished().is_empty());
}

#[tokio::test]
async fn a_baggage_only_request_is_a_root_that_the_sampler_decides_on() {
    for (samples, spans) in [(true, 1), (false, 0)] {
        let traced = Traced::sampling(samples);
        let response =
            call(&mut answering(&traced, 200), request("GET", "/", &[("jaeger-baggage", "k=v")])).await;
        response.into_body().collect().await.unwrap();
        assert_eq!(traced.finished().len(), spans);
    }
}
