//! The span of one request, from its start to its one end.

use std::{any::Any, sync::Arc};

use http::{HeaderMap, Method, Response, StatusCode, Version};
use jaeger_propagation::JaegerState;
use opentelemetry::{
    Context, ContextGuard,
    trace::{Link, Span, SpanBuilder, SpanKind, TraceContextExt, Tracer},
};

use crate::{
    Conventions, Outcome, RequestHead, cause,
    extras::Extras,
    global_tracer::has_own_id,
    grpc,
    metrics::InFlight,
    operation_name,
    protocol::Protocol,
    settings::Settings,
    tags::{End, Tags},
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
    tags: Tags,
    /// The newer of the request's and the response's: a server's response and a client's request do not say it.
    version: Version,
    expects: Expects,
    phase: Phase,
    /// Whether the span in the context is this request's own.
    is_traced: bool,
    /// Whether anybody will see the tags; an unsampled span only carries its ids.
    is_recording: bool,
    status: Option<StatusCode>,
    grpc_status: Option<grpc::Status>,
    extras: Option<Arc<Extras>>,
    /// In a box, because most requests are not measured and a span is moved often.
    in_flight: Option<Box<InFlight>>,
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
    /// The whole length has come, and nobody has to wait for trailers.
    AfterLastByte,
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
        let name = || operation_name::of(settings.conventions, protocol, request);
        let mut builder = SpanBuilder::from_name(own_name.unwrap_or_else(name));
        builder.span_kind = Some(match side {
            Side::Server => SpanKind::Server,
            Side::Client => SpanKind::Client,
        });
        if !links.is_empty() {
            builder.links = Some(links);
        }
        let mut span = tracer.build_with_context(builder, parent);
        if settings.extras.is_none() && !has_own_id(&span, parent) {
            // There is no tracer: nobody will see a span, and the caller's context is what goes on.
            return Self::untraced(parent.clone(), side, protocol, request);
        }
        let is_recording = span.is_recording();
        if is_recording {
            let tags = Tags { conventions: settings.conventions, side, protocol };
            tags.at_start(request, settings, |tag| span.set_attribute(tag));
        }
        let context = JaegerState::bind(parent.with_span(span));
        if let Some(extras) = &settings.extras {
            extras.request(request, &context);
        }
        let mut this = Self::untraced(context, side, protocol, request);
        this.is_traced = true;
        this.is_recording = is_recording;
        this.tags.conventions = settings.conventions;
        let metrics = settings.extras.as_ref().and_then(|extras| extras.metrics.as_ref());
        this.in_flight = metrics.map(|metrics| metrics.begin(protocol, request));
        this.extras = settings.extras.clone();
        this
    }

    /// A request without a span of its own: a context to be current, and nothing that ends.
    pub(crate) fn untraced(
        context: Context,
        side: Side,
        protocol: Protocol,
        request: &RequestHead<'_>,
    ) -> Self {
        Self {
            context,
            tags: Tags { conventions: Conventions::default(), side, protocol },
            version: request.version,
            expects: match *request.method {
                Method::HEAD => Expects::NoBody,
                Method::CONNECT => Expects::Tunnel,
                _ => Expects::Body,
            },
            phase: Phase::BeforeHead,
            is_traced: false,
            is_recording: false,
            status: None,
            grpc_status: None,
            extras: None,
            in_flight: None,
        }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.tags.protocol
    }

    /// Makes the span current until the guard is dropped.
    fn enter(&self) -> ContextGuard {
        self.context.clone().attach()
    }

    /// Notes the head of the response, and says whether a body can follow (RFC 9110, section 6.4.1).
    pub(crate) fn head<B>(&mut self, response: &mut Response<B>) -> AfterHead {
        let status = response.status();
        self.phase = Phase::InBody;
        self.status = Some(status);
        self.version = self.version.max(response.version());
        if self.is_recording {
            self.tags.at_head(&self.context.span(), status);
        }
        if let Some(extras) = &self.extras {
            extras.response(response, &self.context);
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

    /// Notes that a body of known length has come as a whole, and says whether that is the end. From HTTP/2 on trailers may
    /// follow, and a gRPC status does: its length is not the end of anything.
    pub(crate) fn last_byte(&mut self) -> bool {
        if self.protocol() == Protocol::Grpc {
            return false;
        }
        self.phase = Phase::AfterLastByte;
        self.version < Version::HTTP_2
    }

    /// Notes a gRPC status, which is in the trailers, or in the head of a response that has no body.
    pub(crate) fn trailers(&mut self, headers: &HeaderMap) {
        if self.protocol() == Protocol::Grpc
            && let Some(status) = grpc::Status::of(headers)
        {
            self.grpc_status = Some(status);
        }
    }

    /// Ends the span, now.
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.finish(outcome);
    }

    /// Ends the span, now, with what the error says as a log.
    pub(crate) fn fail(self, outcome: Outcome, error: &dyn Any) {
        if self.is_recording
            && let Some(cause) = cause::of(error)
        {
            self.tags.log_error(&self.context.span(), cause);
        }
        self.end(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        self.phase = Phase::Ended;
        if !self.is_traced {
            return;
        }
        let outcome = match (outcome, self.protocol(), self.grpc_status) {
            (Outcome::Completed, Protocol::Grpc, None) => Outcome::MissingTrailers,
            _ => outcome,
        };
        let end = End { outcome, status: self.status, grpc_status: self.grpc_status };
        let span = self.context.span();
        if self.is_recording {
            if let Some(status) = self.grpc_status {
                self.tags.at_grpc_status(&span, status);
            }
            self.tags.at_end(&span, &end);
        }
        if let Some(extras) = &self.extras {
            extras.end(outcome, &self.context);
            if let (Some(metrics), Some(in_flight)) = (&extras.metrics, self.in_flight.take()) {
                metrics.end(*in_flight, self.tags, &end);
            }
        }
        span.end();
    }
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        match self.phase {
            Phase::BeforeHead => self.finish(Outcome::CancelledBeforeHead),
            Phase::InBody => self.finish(Outcome::CancelledInBody),
            Phase::AfterLastByte => self.finish(Outcome::Completed),
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
