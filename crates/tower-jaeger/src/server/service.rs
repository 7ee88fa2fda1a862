//! `Server`: one request in, one server span.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use jaeger_propagation::{Baggage, Extracted};
use opentelemetry::{
    KeyValue,
    trace::{SpanContext, TraceContextExt, Tracer},
};
use tower_service::Service;

use super::ServerSettings;
use crate::{
    GlobalTracer, RequestHead, ResponseBody, ResponseFuture, follows_from,
    protocol::Protocol,
    request_span::{Origin, RequestSpan, Side, Within},
    shared::Shared,
    trust::Caller,
};

/// The service that [`ServerLayer`](crate::ServerLayer) makes.
#[derive(Debug)]
pub struct Server<S, T = GlobalTracer> {
    inner: S,
    shared: Arc<Shared<T, ServerSettings>>,
}

// === impl Server ===

impl<S, T> Server<S, T> {
    pub(super) fn new(inner: S, shared: Arc<Shared<T, ServerSettings>>) -> Self {
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

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut span = Some(self.shared.start(&request));
        let within = Within::enter_if(&mut span);
        let inner = self.inner.call(request);
        within.leave();
        ResponseFuture::new(inner, span)
    }
}

// === impl Shared ===

impl<T> Shared<T, ServerSettings>
where
    T: Tracer + 'static,
    T::Span: Send + Sync + 'static,
{
    /// The server span of a request.
    fn start<B>(&self, request: &Request<B>) -> Box<RequestSpan> {
        let head = RequestHead::from(request);
        let mut extracted = Extracted::default();
        self.settings.propagator().extract_into(head.headers, &mut extracted);
        let is_traced = self.settings.is_traced(&head);
        let predecessor = self.distrust(&head, is_traced, &mut extracted);
        if !is_traced {
            return RequestSpan::untraced(
                extracted.into_context(&opentelemetry::Context::new()),
                Side::Server,
                Protocol::of_request(&head),
                &head,
            );
        }
        let origin = Origin::Caller(&mut extracted);
        let links = predecessor.map(follows_from::link).into_iter().collect();
        let span = RequestSpan::start(&*self.tracer, &self.settings, Side::Server, origin, &head, links);
        if let Some(refused) = extracted.refused {
            let message = KeyValue::new("message", refused.to_string());
            span.context().span().add_event("trace header refused", vec![message]);
        }
        span
    }

    /// Takes away what the caller is not believed, and returns its span if ours is to follow from it.
    fn distrust(
        &self,
        head: &RequestHead<'_>,
        is_traced: bool,
        extracted: &mut Extracted,
    ) -> Option<SpanContext> {
        let trust = self.own.trust.of(head);
        let counters = self.settings.propagator().counters();
        // A request without a span must not make debug traces of what its handler begins, nor use up what others may ask for.
        let may_debug = || is_traced && trust.debug_id && self.own.debug_ids.grant();
        if extracted.debug_id.is_some() && !may_debug() {
            extracted.debug_id = None;
            counters.count_debug_id_refused();
        }
        if !trust.baggage {
            counters.count_baggage_untrusted(extracted.baggage.len());
            extracted.baggage = Baggage::default();
        }
        match trust.caller {
            Caller::Parent => None,
            Caller::Predecessor => extracted.take_span_context().map(SpanContext::from),
            Caller::Nothing => {
                extracted.take_span_context();
                None
            }
        }
    }
}
