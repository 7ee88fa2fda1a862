//! Requests to send through a layer, and what to look at in the spans that it makes; the tracer is that of the test's engine.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part; helpers fail by panicking"
)]

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use opentelemetry::Value;
use opentelemetry_sdk::trace::SpanData;
use tower::{Service, ServiceExt};

pub use crate::engine::{TestTracer, Traced};

/// The value of a tag; a tag occurs once.
#[track_caller]
pub fn tag(span: &SpanData, key: &str) -> Option<Value> {
    let mut found = span.attributes.iter().filter(|tag| tag.key.as_str() == key);
    let value = found.next().map(|tag| tag.value.clone());
    assert!(found.next().is_none(), "{key} occurs twice");
    value
}

#[track_caller]
pub fn outcome(span: &SpanData) -> String {
    tag(span, "outcome").map_or("completed".into(), |value| value.to_string())
}

pub fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<String> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(String::new()).unwrap()
}

pub async fn call<S, B>(service: &mut S, request: Request<String>) -> Response<B>
where
    S: Service<Request<String>, Response = Response<B>, Error = Infallible>,
{
    service.ready().await.unwrap().call(request).await.unwrap()
}

/// A body of scripted frames, with the length it claims to have.
#[derive(Debug, Default)]
pub struct Frames {
    pub frames: VecDeque<Result<Frame<Bytes>, &'static str>>,
    pub then: Then,
}

/// What follows the last scripted frame.
#[derive(Debug, Default, Clone, Copy)]
pub enum Then {
    #[default]
    End,
    Pending,
    Panic,
}

pub fn data(text: &'static str) -> Result<Frame<Bytes>, &'static str> {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

pub fn trailers(pairs: &[(&'static str, &str)]) -> Result<Frame<Bytes>, &'static str> {
    let headers =
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
    Ok(Frame::trailers(HeaderMap::from_iter(headers)))
}

pub fn frames<const N: usize>(frames: [Result<Frame<Bytes>, &'static str>; N], then: Then) -> Frames {
    Frames { frames: frames.into(), then }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        match (self.frames.pop_front(), self.then) {
            (Some(frame), _) => Poll::Ready(Some(frame)),
            (None, Then::End) => Poll::Ready(None),
            (None, Then::Pending) => Poll::Pending,
            (None, Then::Panic) => panic!("the body panics"),
        }
    }
}

/// Polls a body once.
pub async fn next<B: Body + Unpin>(body: &mut B) -> Option<Result<Frame<B::Data>, B::Error>> {
    http_body_util::BodyExt::frame(body).await
}
