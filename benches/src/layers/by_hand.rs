//! The layer that teams write themselves on the OpenTelemetry SDK: W3C's parent, a server span that is current wherever the
//! service runs, and ends with the body.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::extract::MatchedPath;
use http::{Request, Response, header::HOST};
use http_body::{Body, Frame, SizeHint};
use opentelemetry::{
    Context as Current, KeyValue,
    propagation::TextMapPropagator,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracer};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::carriers::HeaderExtractor;

#[derive(Clone, Debug)]
pub(super) struct ByHandLayer {
    pub(super) tracer: SdkTracer,
    pub(super) attributes: Attributes,
}

/// What the span has beside the status code.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attributes {
    /// Three, as tower-jaeger.
    AsOurs,
    /// Six of OpenTelemetry's conventions.
    Six,
}

#[derive(Clone, Debug)]
pub(super) struct ByHand<S> {
    inner: S,
    tracer: SdkTracer,
    attributes: Attributes,
}

pin_project! {
    pub(super) struct ByHandFuture<F> {
        #[pin]
        inner: F,
        current: Option<Current>,
    }
}

pin_project! {
    pub(super) struct ByHandBody<B> {
        #[pin]
        inner: B,
        current: Current,
    }
}

// === impl ByHandLayer ===

impl<S> Layer<S> for ByHandLayer {
    type Service = ByHand<S>;

    fn layer(&self, inner: S) -> ByHand<S> {
        ByHand { inner, tracer: self.tracer.clone(), attributes: self.attributes }
    }
}

// === impl ByHand ===

impl<S> ByHand<S> {
    fn start<Q>(&self, request: &Request<Q>) -> Current {
        let headers = HeaderExtractor(request.headers());
        let parent = TraceContextPropagator::new().extract_with_context(&Current::new(), &headers);
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let span = self
            .tracer
            .span_builder(format!("{} {route}", request.method()))
            .with_kind(SpanKind::Server)
            .with_attributes(self.attributes.of(request, route))
            .start_with_context(&self.tracer, &parent);
        parent.with_span(span)
    }
}

impl<S, Q, B> Service<Request<Q>> for ByHand<S>
where
    S: Service<Request<Q>, Response = Response<B>>,
{
    type Response = Response<ByHandBody<B>>;
    type Error = S::Error;
    type Future = ByHandFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let current = self.start(&request);
        let entered = current.clone().attach();
        let inner = self.inner.call(request);
        drop(entered);
        ByHandFuture { inner, current: Some(current) }
    }
}

// === impl Attributes ===

impl Attributes {
    fn of<Q>(self, request: &Request<Q>, route: &str) -> Vec<KeyValue> {
        let (method, uri) = (request.method().to_string(), request.uri());
        match self {
            Self::AsOurs => vec![
                KeyValue::new("component", "by-hand"),
                KeyValue::new("http.method", method),
                KeyValue::new("http.url", uri.to_string()),
            ],
            Self::Six => {
                let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
                vec![
                    KeyValue::new("http.request.method", method),
                    KeyValue::new("http.route", route.to_owned()),
                    KeyValue::new("url.path", uri.path().to_owned()),
                    KeyValue::new("url.scheme", uri.scheme_str().unwrap_or("http").to_owned()),
                    KeyValue::new("server.address", host.unwrap_or_default().to_owned()),
                    KeyValue::new("network.protocol.version", format!("{:?}", request.version())),
                ]
            }
        }
    }
}

// === impl ByHandFuture ===

impl<F, B, E> Future for ByHandFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ByHandBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let entered = this.current.clone().map(Current::attach);
        let result = ready!(this.inner.poll(cx));
        drop(entered);
        let current = this.current.take().unwrap_or_default();
        match result {
            Ok(response) => {
                let status = response.status();
                current
                    .span()
                    .set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
                if status.is_server_error() {
                    current.span().set_status(Status::error(""));
                }
                Poll::Ready(Ok(response.map(|inner| ByHandBody { inner, current })))
            }
            Err(error) => {
                current.span().set_status(Status::error("service error"));
                current.span().end();
                Poll::Ready(Err(error))
            }
        }
    }
}

// === impl ByHandBody ===

impl<B: Body> Body for ByHandBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let entered = this.current.clone().attach();
        let frame = ready!(this.inner.as_mut().poll_frame(cx));
        drop(entered);
        if !matches!(frame, Some(Ok(_))) || this.inner.is_end_stream() {
            this.current.span().end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
