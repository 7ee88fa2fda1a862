//! Each way out of a request ends the span once, with an outcome of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{convert::Infallible, future::pending, panic::AssertUnwindSafe};

use crate::support::{Frames, Then, Traced, data, frames, next, outcome, request, tag, trailers};
use bytes::Bytes;
use http::{Request, Response, Version, header::CONTENT_LENGTH};
use http_body::Body;
use http_body_util::BodyExt;
use opentelemetry::{Context, Value};
use opentelemetry_sdk::trace::SpanData;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_jaeger::{ResponseBody, ServerLayer};

const GRPC: [(&str, &str); 1] = [("content-type", "application/grpc+proto")];

fn head(body: Frames) -> Response<Frames> {
    Response::new(body)
}

/// Sends one request through the layer around a service that answers with `response`.
async fn answered(
    traced: &Traced,
    sent: Request<String>,
    response: Response<Frames>,
) -> Response<ResponseBody<Frames>> {
    let mut response = Some(response);
    let service = service_fn(move |_: Request<String>| {
        std::future::ready(Ok::<_, Infallible>(response.take().unwrap()))
    });
    let service = ServerLayer::with_tracer(traced.tracer()).layer(service);
    service.oneshot(sent).await.unwrap()
}

/// The span of a request whose response body was read to its end.
async fn read(sent: Request<String>, response: Response<Frames>) -> SpanData {
    let traced = Traced::new();
    let response = answered(&traced, sent, response).await;
    assert!(traced.finished().is_empty(), "the span ended before the body");
    let _ = response.into_body().collect().await;
    traced.one()
}

#[tokio::test]
async fn the_span_ends_with_the_last_frame_and_not_before() {
    let traced = Traced::new();
    let body = frames([data("a"), data("b")], Then::End);
    let mut body = answered(&traced, request("GET", "/", &[]), head(body)).await.into_body();
    for _ in 0..2 {
        next(&mut body).await.unwrap().unwrap();
        assert!(traced.finished().is_empty());
    }
    assert!(next(&mut body).await.is_none());
    assert_eq!(outcome(&traced.one()), "completed");
    drop(body);
    traced.one();
}

#[tokio::test]
async fn the_span_ends_when_the_declared_length_has_been_read() {
    let traced = Traced::new();
    let mut response = head(frames([data("ab"), data("c")], Then::Pending));
    response.headers_mut().insert(CONTENT_LENGTH, 3.into());
    let mut body = answered(&traced, request("GET", "/", &[]), response).await.into_body();
    next(&mut body).await.unwrap().unwrap();
    assert!(traced.finished().is_empty());
    next(&mut body).await.unwrap().unwrap();
    assert_eq!(outcome(&traced.one()), "completed");
}

/// Over HTTP/2, which a server's request says, and a client's response.
#[tokio::test]
async fn after_a_declared_length_the_trailers_of_http_2_are_waited_for() {
    for (requested, responded) in [(Version::HTTP_2, Version::HTTP_11), (Version::HTTP_11, Version::HTTP_2)] {
        for frames in [vec![data("abc")], vec![]] {
            let traced = Traced::new();
            let length = 3 * frames.len() as u64;
            let mut sent = request("GET", "/", &[]);
            *sent.version_mut() = requested;
            let script = frames.into_iter().chain([trailers(&[("checksum", "731")])]).collect();
            let mut response = head(Frames { frames: script, then: Then::Pending });
            *response.version_mut() = responded;
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            let mut body = answered(&traced, sent, response).await.into_body();
            if length > 0 {
                next(&mut body).await.unwrap().unwrap();
            }
            assert!(traced.finished().is_empty());
            assert!(next(&mut body).await.unwrap().unwrap().is_trailers());
            assert_eq!(outcome(&traced.one()), "completed");
        }
    }
}

#[tokio::test]
async fn nobody_has_to_wait_for_the_trailers_of_http_2() {
    let traced = Traced::new();
    let mut sent = request("GET", "/", &[]);
    *sent.version_mut() = Version::HTTP_2;
    let mut response = head(frames([data("ab"), data("c")], Then::Pending));
    response.headers_mut().insert(CONTENT_LENGTH, 3.into());
    let mut body = answered(&traced, sent, response).await.into_body();
    for _ in 0..2 {
        next(&mut body).await.unwrap().unwrap();
        assert!(traced.finished().is_empty());
    }
    drop(body);
    assert_eq!(outcome(&traced.one()), "completed");
}

#[tokio::test]
async fn a_declared_length_of_zero_ends_at_the_head() {
    let traced = Traced::new();
    let mut response = head(frames([], Then::Pending));
    response.headers_mut().insert(CONTENT_LENGTH, 0.into());
    drop(answered(&traced, request("GET", "/", &[]), response).await);
    assert_eq!(outcome(&traced.one()), "completed");
}

#[tokio::test]
async fn a_grpc_status_is_waited_for_after_the_declared_length() {
    let mut response = head(frames([data("m"), trailers(&[("grpc-status", "0")])], Then::End));
    response.headers_mut().insert(CONTENT_LENGTH, 1.into());
    let span = read(request("POST", "/a.B/C", &GRPC), response).await;
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("completed", None));
}

#[tokio::test]
async fn a_panic_is_one_when_a_layer_outside_catches_it_and_a_drop_in_another_s_panic_is_none() {
    let traced = Traced::new();
    let panics = service_fn(async |_: Request<String>| -> Result<Response<Frames>, Infallible> {
        panic!("the handler panics")
    });
    let mut future =
        Box::pin(ServerLayer::with_tracer(traced.tracer()).layer(panics).oneshot(request("GET", "/", &[])));
    let caught = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let _ = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    }));
    assert!(caught.is_err());
    drop(future);
    assert_eq!(outcome(&traced.one()), "panicked");

    let traced = Traced::new();
    let never =
        service_fn(async |_: Request<String>| pending::<Result<Response<String>, Infallible>>().await);
    let future = ServerLayer::with_tracer(traced.tracer()).layer(never).call(request("GET", "/", &[]));
    let unrelated = std::panic::catch_unwind(AssertUnwindSafe(move || {
        let _dropped = future;
        panic!("another panic");
    }));
    assert!(unrelated.is_err());
    assert_eq!(outcome(&traced.one()), "cancelled-before-head");
}

#[tokio::test]
async fn a_response_without_a_body_ends_at_its_head() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let traced = Traced::new();
        let mut response = head(frames([], Then::Pending));
        *response.status_mut() = status.try_into().unwrap();
        drop(answered(&traced, request(method, "/", &[]), response).await);
        assert_eq!(outcome(&traced.one()), "completed", "{method} {status}");
    }
}

#[tokio::test]
async fn an_upgrade_ends_at_its_head_and_says_so() {
    for (method, status) in [("GET", 101), ("CONNECT", 200)] {
        let traced = Traced::new();
        let mut response = head(frames([], Then::Pending));
        *response.status_mut() = status.try_into().unwrap();
        drop(answered(&traced, request(method, "example.com:443", &[]), response).await);
        assert_eq!(outcome(&traced.one()), "upgraded", "{method} {status}");
    }
}

#[tokio::test]
async fn a_body_error_is_an_error() {
    let span = read(request("GET", "/", &[]), head(frames([data("a"), Err("reset")], Then::Pending))).await;
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("body-error", Some(Value::from(true))));
}

#[tokio::test]
async fn a_service_error_is_an_error_and_passes_through() {
    let traced = Traced::new();
    // An error type without any trait at all.
    struct Opaque;
    let service = service_fn(async |_: Request<String>| Err::<Response<String>, Opaque>(Opaque));
    let result =
        ServerLayer::with_tracer(traced.tracer()).layer(service).oneshot(request("GET", "/", &[])).await;
    assert!(matches!(result, Err(Opaque)));
    let span = traced.one();
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("service-error", Some(Value::from(true))));
    assert_eq!(tag(&span, "http.status_code"), None);
}

#[tokio::test]
async fn a_caller_who_goes_away_is_no_error_and_no_status() {
    let traced = Traced::new();
    let never =
        service_fn(async |_: Request<String>| pending::<Result<Response<String>, Infallible>>().await);
    let mut service = ServerLayer::with_tracer(traced.tracer()).layer(never);
    let mut future = Box::pin(service.call(request("GET", "/", &[])));
    assert!(is_pending(&mut future).await);
    drop(future);
    let span = traced.one();
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("cancelled-before-head", None));
    assert_eq!(tag(&span, "http.status_code"), None);
}

#[tokio::test]
async fn a_caller_who_goes_away_in_the_body_is_no_error() {
    let traced = Traced::new();
    let body = frames([data("a")], Then::Pending);
    let mut response = answered(&traced, request("GET", "/", &[]), head(body)).await;
    next(response.body_mut()).await.unwrap().unwrap();
    drop(response);
    let span = traced.one();
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("cancelled-in-body", None));
    assert_eq!(tag(&span, "http.status_code"), Some(Value::from(200)));
}

#[tokio::test]
async fn a_panic_ends_the_span_and_goes_on() {
    let traced = Traced::new();
    let service = service_fn(async |request: Request<String>| -> Result<Response<Frames>, Infallible> {
        match request.uri().path() {
            "/handler" => panic!("the handler panics"),
            _ => Ok(head(frames([data("a")], Then::Panic))),
        }
    });
    for path in ["/handler", "/body"] {
        let service = ServerLayer::with_tracer(traced.tracer()).layer(service);
        let whole = async move {
            service.oneshot(request("GET", path, &[])).await.unwrap().into_body().collect().await
        };
        assert!(tokio::spawn(whole).await.unwrap_err().is_panic());
    }
    let called = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let service = tower::service_fn(
            |_: Request<String>| -> std::future::Ready<Result<Response<String>, Infallible>> {
                panic!("call panics")
            },
        );
        drop(ServerLayer::with_tracer(traced.tracer()).layer(service).call(request("GET", "/", &[])));
    }));
    assert!(called.is_err());
    let outcomes: Vec<_> = traced.finished().iter().map(outcome).collect();
    assert_eq!(outcomes, ["panicked"; 3]);
}

#[tokio::test]
async fn a_kept_context_does_not_delay_the_end() {
    let traced = Traced::new();
    let (keep, kept) = std::sync::mpsc::channel();
    let service = service_fn(move |_: Request<String>| {
        keep.send(Context::current()).unwrap();
        std::future::ready(Ok::<_, Infallible>(Response::new(String::new())))
    });
    let service = ServerLayer::with_tracer(traced.tracer()).layer(service);
    service.oneshot(request("GET", "/", &[])).await.unwrap();
    traced.one();
    drop(kept.recv().unwrap());
    traced.one();
}

#[tokio::test]
async fn a_grpc_status_comes_from_the_trailers() {
    let ok = head(frames([data("m"), trailers(&[("grpc-status", "0")])], Then::End));
    let span = read(request("POST", "/driver.Driver/Find", &GRPC), ok).await;
    assert_eq!(span.name, "driver.Driver/Find");
    assert_eq!(tag(&span, "component"), Some(Value::from("gRPC")));
    assert_eq!(
        (outcome(&span).as_str(), tag(&span, "error"), tag(&span, "response_code")),
        ("completed", None, None)
    );

    for (status, code, class, error) in [
        ("5", "NotFound", "4xx", None),
        ("13", "Internal", "5xx", Some(Value::from(true))),
        ("14", "Unavailable", "5xx", Some(Value::from(true))),
    ] {
        let failed = head(frames([data("m"), trailers(&[("grpc-status", status)])], Then::End));
        let span = read(request("POST", "/driver.Driver/Find", &GRPC), failed).await;
        assert_eq!(tag(&span, "response_code"), Some(Value::from(code)));
        assert_eq!(tag(&span, "response_class"), Some(Value::from(class)));
        assert_eq!(tag(&span, "error"), error);
    }
}

#[tokio::test]
async fn a_grpc_status_in_the_head_counts_too() {
    let traced = Traced::new();
    let service = service_fn(async |_: Request<String>| {
        Ok::<_, Infallible>(Response::builder().header("grpc-status", "12").body(String::new()).unwrap())
    });
    let service = ServerLayer::with_tracer(traced.tracer()).layer(service);
    service.oneshot(request("POST", "/a.B/C", &GRPC)).await.unwrap();
    let span = traced.one();
    assert_eq!(tag(&span, "response_code"), Some(Value::from("Unimplemented")));
    assert_eq!(tag(&span, "error"), Some(Value::from(true)));
}

#[tokio::test]
async fn a_grpc_response_without_trailers_is_an_outcome_of_its_own() {
    let span = read(request("POST", "/a.B/C", &GRPC), head(frames([data("m")], Then::End))).await;
    assert_eq!((outcome(&span).as_str(), tag(&span, "error")), ("missing-trailers", Some(Value::from(true))));
}

#[test]
fn the_body_keeps_its_size_hint_and_its_end() {
    let body = ResponseBody::<http_body_util::Full<Bytes>>::default();
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
}

/// Polls a future once; true if it is pending.
async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending()))
        .await
}
