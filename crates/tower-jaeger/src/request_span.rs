//! The span of one request, from its start to its one end.

use std::sync::Arc;

use http::{HeaderMap, Method, Response, StatusCode};
use jaeger_propagation::JaegerState;
use opentelemetry::{
    Context, ContextGuard,
    trace::{Link, Span, SpanBuilder, SpanKind, TraceContextExt, Tracer},
};

use crate::{
    Outcome, RequestHead, ResponseHead, grpc, hooks::Hooks, operation_name, protocol::Protocol,
    settings::Settings, tags,
};

/// Which end of the call this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

/// The span of one request. It ends when [`end`](Self::end) says so, when something panics [`within`] it, and when it is
/// dropped: then nobody waits for the response any more.
///
/// The end is explicit, because a clone of the context that somebody keeps would delay the span's own drop.
#[derive(Debug)]
pub(crate) struct RequestSpan {
    context: Context,
    side: Side,
    protocol: Protocol,
    expects: Expects,
    phase: Phase,
    /// Whether the span in the context is this request's own.
    is_traced: bool,
    /// Whether anybody will see the tags; an unsampled span only carries its ids.
    is_recording: bool,
    failed: bool,
    grpc_status: Option<grpc::Status>,
    hooks: Option<Arc<Hooks>>,
}

/// What the method makes of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expects {
    Body,
    /// HEAD: the response is its head.
    NoBody,
    /// CONNECT: after a success the connection is no longer HTTP.
    Tunnel,
}

/// How far the response has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    BeforeHead,
    InBody,
    Ended,
}

/// What the head of a response means for the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterHead {
    /// The span goes on with the body.
    Body,
    /// There is no body to wait for.
    End(Outcome),
}

// === impl RequestSpan ===

impl RequestSpan {
    pub(crate) fn start<T>(
        tracer: &T,
        settings: &Settings,
        side: Side,
        parent: &Context,
        request: &RequestHead<'_>,
        links: Vec<Link>,
    ) -> Self
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        let own_name = settings.operation_name.as_ref().and_then(|name| (name.0)(request));
        let protocol = Protocol::of(request.headers);
        let mut builder =
            SpanBuilder::from_name(own_name.unwrap_or_else(|| operation_name::of(protocol, request)));
        builder.span_kind = Some(match side {
            Side::Server => SpanKind::Server,
            Side::Client => SpanKind::Client,
        });
        if !links.is_empty() {
            builder.links = Some(links);
        }
        let mut span = tracer.build_with_context(builder, parent);
        let is_recording = span.is_recording();
        if is_recording {
            tags::at_start(protocol, request, |tag| span.set_attribute(tag));
        }
        let context = JaegerState::bind(parent.with_span(span));
        if let Some(hooks) = &settings.hooks {
            hooks.request(request, &context);
        }
        let mut this = Self::untraced(context, side, request);
        this.is_traced = true;
        this.is_recording = is_recording;
        this.hooks = settings.hooks.clone();
        this
    }

    /// A request that the filter leaves out: a context to be current, and nothing that ends.
    pub(crate) fn untraced(context: Context, side: Side, request: &RequestHead<'_>) -> Self {
        Self {
            context,
            side,
            protocol: Protocol::of(request.headers),
            expects: match *request.method {
                Method::HEAD => Expects::NoBody,
                Method::CONNECT => Expects::Tunnel,
                _ => Expects::Body,
            },
            phase: Phase::BeforeHead,
            is_traced: false,
            is_recording: false,
            failed: false,
            grpc_status: None,
            hooks: None,
        }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Makes the span current until the guard is dropped.
    fn enter(&self) -> ContextGuard {
        self.context.clone().attach()
    }

    /// Notes the head of the response, and says whether a body can follow (RFC 9110, section 6.4.1).
    pub(crate) fn head<B>(&mut self, response: &Response<B>) -> AfterHead {
        let status = response.status();
        self.phase = Phase::InBody;
        self.failed |= tags::is_http_error(self.side, status);
        if self.is_recording {
            tags::at_head(self.protocol, &self.context, status);
        }
        if let Some(hooks) = &self.hooks {
            hooks.response(&ResponseHead::from(response), &self.context);
        }
        self.trailers(response.headers());
        let is_tunnel = self.expects == Expects::Tunnel && status.is_success();
        if status == StatusCode::SWITCHING_PROTOCOLS || is_tunnel {
            return AfterHead::End(Outcome::Upgraded);
        }
        let bodiless = self.expects == Expects::NoBody
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if bodiless { AfterHead::End(Outcome::Completed) } else { AfterHead::Body }
    }

    /// Notes a gRPC status, which is in the trailers, or in the head of a response that has no body.
    pub(crate) fn trailers(&mut self, headers: &HeaderMap) {
        if self.protocol == Protocol::Grpc
            && let Some(status) = grpc::Status::of(headers)
        {
            self.grpc_status = Some(status);
        }
    }

    /// Ends the span, now.
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        self.phase = Phase::Ended;
        if !self.is_traced {
            return;
        }
        let outcome = match (outcome, self.protocol, self.grpc_status) {
            (Outcome::Completed, Protocol::Grpc, None) => Outcome::MissingTrailers,
            _ => outcome,
        };
        if self.is_recording {
            self.tag_end(outcome);
        }
        if let Some(hooks) = &self.hooks {
            hooks.end(outcome, &self.context);
        }
        self.context.span().end();
    }

    fn tag_end(&self, outcome: Outcome) {
        let mut failed = self.failed;
        if let Some(status) = self.grpc_status {
            failed |= tags::is_grpc_error(self.side, status);
            tags::at_grpc_status(&self.context, status);
        }
        tags::at_end(&self.context, outcome, failed);
    }
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        match self.phase {
            Phase::BeforeHead => self.finish(Outcome::CancelledBeforeHead),
            Phase::InBody => self.finish(Outcome::CancelledInBody),
            Phase::Ended => {}
        }
    }
}

// === within ===

/// Runs something with the span as the current one; a panic of it ends the span and goes on.
///
/// Whether a later drop of the span happens in a panic would say nothing: a layer outside may have caught this one, and
/// another one may be under way.
pub(crate) fn within<R>(span: &mut Option<RequestSpan>, run: impl FnOnce() -> R) -> R {
    let entered = span.as_ref().map(RequestSpan::enter);
    let mut guard = EndOnPanic { span, armed: true };
    // Dropped first: what a span processor logs at the end must not find the span, which is locked then.
    let _entered = entered;
    let result = run();
    guard.armed = false;
    result
}

struct EndOnPanic<'s> {
    span: &'s mut Option<RequestSpan>,
    armed: bool,
}

// === impl EndOnPanic ===

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if self.armed
            && let Some(span) = self.span.take()
        {
            span.end(Outcome::Panicked);
        }
    }
}
