//! `Client`: one call out, one client span.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use jaeger_propagation::GrpcHeaders;
use opentelemetry::trace::Tracer;
use tower_service::Service;

use crate::{
    GlobalTracer, RequestHead, ResponseBody, ResponseFuture,
    protocol::Protocol,
    request_span::{Origin, RequestSpan, Side, Within},
    shared::Shared,
};

/// The service that [`ClientLayer`](crate::ClientLayer) makes.
#[derive(Debug)]
pub struct Client<S, T = GlobalTracer> {
    inner: S,
    shared: Arc<Shared<T, ()>>,
}

// === impl Client ===

impl<S, T> Client<S, T> {
    pub(super) fn new(inner: S, shared: Arc<Shared<T, ()>>) -> Self {
        Self { inner, shared }
    }
}

impl<S: Clone, T> Clone for Client<S, T> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), Arc::clone(&self.shared))
    }
}

impl<S, T, ReqBody, ResBody> Service<Request<ReqBody>> for Client<S, T>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>, Error: 'static>,
    ResBody: Body<Error: 'static>,
    T: Tracer + 'static,
    T::Span: Send + Sync + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let settings = &self.shared.settings;
        let head = RequestHead::from(&request);
        // A clone, because hooks and samplers are the user's, and may attach contexts of their own.
        let parent = opentelemetry::Context::current();
        let span = if settings.is_traced(&head) {
            let origin = Origin::Current(&parent);
            RequestSpan::start(&*self.shared.tracer, settings, Side::Client, origin, &head, Vec::new())
        } else {
            RequestSpan::untraced(parent, Side::Client, Protocol::of_request(&head), &head)
        };
        let propagator = settings.propagator();
        match span.protocol() {
            Protocol::Grpc => {
                propagator.inject_from_context(span.context(), &mut GrpcHeaders(request.headers_mut()));
            }
            Protocol::Http => propagator.inject_from_context(span.context(), request.headers_mut()),
        }
        let mut span = Some(span);
        let within = Within::enter_if(&mut span);
        let inner = self.inner.call(request);
        within.leave();
        ResponseFuture::new(inner, span)
    }
}
