//! `Server`: one request in, one server span.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use opentelemetry::{KeyValue, trace::TraceContextExt, trace::Tracer};
use tower_service::Service;

use crate::{
    GlobalTracer, ResponseBody, ResponseFuture,
    request_span::{RequestSpan, Side, within},
    shared::Shared,
};

/// The service that [`ServerLayer`](crate::ServerLayer) makes.
#[derive(Debug)]
pub struct Server<S, T = GlobalTracer> {
    inner: S,
    shared: Arc<Shared<T>>,
}

// === impl Server ===

impl<S, T> Server<S, T> {
    pub(super) fn new(inner: S, shared: Arc<Shared<T>>) -> Self {
        Self { inner, shared }
    }
}

impl<S: Clone, T> Clone for Server<S, T> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), Arc::clone(&self.shared))
    }
}

impl<S, T, ReqBody, ResBody> Service<Request<ReqBody>> for Server<S, T>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body,
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut span = Some(self.shared.start(&request));
        let future = within(&mut span, || self.inner.call(request));
        ResponseFuture::new(future, span)
    }
}

// === impl Shared ===

impl<T> Shared<T>
where
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    /// The server span as ChildOf the caller's. The base is an empty context: what happens to be current on this thread
    /// is not the caller.
    fn start<B>(&self, request: &Request<B>) -> RequestSpan {
        let mut extracted = self.propagator.extract(request.headers());
        if extracted.debug_id.is_some() && !self.debug_ids.grant() {
            extracted.debug_id = None;
            self.propagator.counters().count_debug_id_refused();
        }
        let refused = extracted.refused;
        let parent = extracted.into_context(&opentelemetry::Context::new());
        let span = RequestSpan::start(&*self.tracer, Side::Server, &parent, request);
        if let Some(refused) = refused {
            let message = KeyValue::new("message", refused.to_string());
            span.context().span().add_event("trace header refused", vec![message]);
        }
        span
    }
}
