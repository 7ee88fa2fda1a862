//! Plain HTTP/2, where trailers may come long after the last byte, also of a body whose length is known.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use opentelemetry::trace::{Span, Tracer};
use tokio::sync::oneshot;
use tower::ServiceExt;
use tower_jaeger::{Outcome, ResponseBody};

use crate::support::{Ends, Held, serve};

/// The head of a response with the given text, and what to write its trailers to.
async fn respond(
    ends: &Ends,
    text: &'static str,
) -> (Response<ResponseBody<Incoming>>, oneshot::Sender<HeaderMap>) {
    let (trailers, written) = oneshot::channel();
    let (tracer, written) = (ends.server.tracer(), Arc::new(Mutex::new(Some(written))));
    let respond = async move || {
        let (tracer, written) = (tracer.clone(), written.lock().unwrap().take().unwrap());
        Body::new(Full::<Bytes>::from(text).with_trailers(async move {
            let trailers = written.await.unwrap();
            tracer.start("trailers").end();
            Some(Ok(trailers))
        }))
    };
    let address = serve(Router::new().route("/", get(respond)).layer(ends.server.server_layer())).await;
    let request = Request::get(format!("http://{address}/")).body(Empty::<Bytes>::new()).unwrap();
    let response = ends.client.http2_client().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[CONTENT_LENGTH], text.len().to_string());
    (response, trailers)
}

#[tokio::test]
async fn trailers_after_a_known_length_are_within_both_spans() {
    for text in ["hello", ""] {
        let ends = Ends::new();
        let (response, trailers) = respond(&ends, text).await;
        let mut body = response.into_body();
        if !text.is_empty() {
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), text);
        }
        let held = Held::open().await;
        ends.assert_open();
        trailers.send(HeaderMap::from_iter([("checksum".parse().unwrap(), HeaderValue::from(731))])).unwrap();
        assert_eq!(body.collect().await.unwrap().trailers().unwrap()["checksum"], "731");
        let [server, client] = ends.ended().await;
        for ended in [&server, &client] {
            ended.assert(Outcome::Completed, false);
            ended.assert_covers(&held);
        }
        let inner = ends.server.inner();
        assert_eq!(inner.len(), 1);
        assert_eq!(inner[0].parent_span_id, server.span.span_context.span_id());
    }
}

#[tokio::test]
async fn a_client_that_has_every_byte_and_waits_for_nothing_more_has_completed() {
    let ends = Ends::new();
    let (response, _trailers) = respond(&ends, "hello").await;
    let mut body = response.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "hello");
    ends.assert_open();
    drop(body);
    for ended in ends.ended().await {
        ended.assert(Outcome::Completed, false);
    }
}
