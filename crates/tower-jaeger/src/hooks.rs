//! What a program wants to add to its spans.

use std::{fmt, sync::Arc};

use http::{Extensions, HeaderMap, Response, StatusCode};
use opentelemetry::{
    Context,
    trace::{SpanRef, TraceContextExt},
};

use crate::{Outcome, RequestHead};

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

/// Closures of the program, called with the span.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
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

// === impl Hooks ===

impl Hooks {
    pub(crate) fn request(&self, request: &RequestHead<'_>, context: &Context) {
        if let Some(hook) = &self.on_request {
            hook(request, &context.span());
        }
    }

    pub(crate) fn response(&self, response: &ResponseHead<'_>, context: &Context) {
        if let Some(hook) = &self.on_response {
            hook(response, &context.span());
        }
    }

    pub(crate) fn end(&self, outcome: Outcome, context: &Context) {
        if let Some(hook) = &self.on_end {
            hook(outcome, &context.span());
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}
