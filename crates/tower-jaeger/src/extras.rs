//! What a program wants beside its spans, and at what moment.

use std::{fmt, sync::Arc};

use http::{Extensions, HeaderMap, Response, StatusCode};
use opentelemetry::{
    Context,
    trace::{SpanRef, TraceContextExt},
};

use jaeger_propagation::span_context_of;

use crate::{CapturedHeaders, Outcome, RequestHead, ResponseHeader, metrics::Metrics};

/// A response without its body.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ResponseHead<'r> {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// What inner services have attached.
    pub extensions: &'r Extensions,
}

/// What goes with each request, because it is needed when the response comes, or at the end.
#[derive(Clone, Default)]
pub(crate) struct Extras {
    pub(crate) captured_headers: Option<CapturedHeaders>,
    pub(crate) response_header: Option<ResponseHeader>,
    pub(crate) metrics: Option<Metrics>,
    pub(crate) on_request: Option<Arc<OnRequest>>,
    pub(crate) on_response: Option<Arc<OnResponse>>,
    pub(crate) on_end: Option<Arc<OnEnd>>,
}

pub(crate) type OnRequest = dyn Fn(&RequestHead<'_>, &SpanRef<'_>) + Send + Sync;
pub(crate) type OnResponse = dyn Fn(&ResponseHead<'_>, &SpanRef<'_>) + Send + Sync;
pub(crate) type OnEnd = dyn Fn(Outcome, &SpanRef<'_>) + Send + Sync;

// === impl ResponseHead ===

impl<'r, B> From<&'r Response<B>> for ResponseHead<'r> {
    fn from(response: &'r Response<B>) -> Self {
        Self { status: response.status(), headers: response.headers(), extensions: response.extensions() }
    }
}

// === impl Extras ===

impl Extras {
    pub(crate) fn request(&self, request: &RequestHead<'_>, context: &Context) {
        if let Some(hook) = &self.on_request {
            hook(request, &context.span());
        }
    }

    /// `has_own_id` says whether the span is one that a tracer has made.
    pub(crate) fn response<B>(&self, response: &mut Response<B>, context: &Context, has_own_id: bool) {
        let span = context.span();
        if let Some(hook) = &self.on_response {
            hook(&ResponseHead::from(&*response), &span);
        }
        if let Some(header) = self.response_header.as_ref().filter(|_| has_own_id)
            && let Some(span) = span_context_of(context)
        {
            header.set(span, response.headers_mut());
        }
    }

    pub(crate) fn end(&self, outcome: Outcome, context: &Context) {
        if let Some(hook) = &self.on_end {
            hook(outcome, &context.span());
        }
    }
}

impl fmt::Debug for Extras {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extras")
    }
}
