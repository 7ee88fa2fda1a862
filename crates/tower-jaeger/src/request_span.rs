//! The span of one request, from its start to its one end.

use std::{any::Any, cell::RefCell, mem, sync::Arc};

use http::{HeaderMap, Method, Response, StatusCode, Version};
use jaeger_propagation::{Extracted, JaegerState, LateState};
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
    native,
    operation_name::{self, Name},
    protocol::Protocol,
    settings::Settings,
    tag_sink::{Started, TagSink},
    tags::{End, Tags},
};

/// Which end of the call this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

/// The span of one request. It ends when [`end`](Self::end) says so, when something panics [`Within`] it, and when it is
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
    recorder: Recorder,
    /// Whether the user named the operation.
    is_own_name: bool,
    /// Whether a tracer made the span; without one it has its parent's ids.
    has_own_id: bool,
    /// Whether the response says that it is gRPC.
    is_grpc_response: bool,
    status: Option<StatusCode>,
    grpc_status: Option<grpc::Status>,
    extras: Option<Arc<Extras>>,
    /// In a box, because most requests are not measured, and a span is small without it.
    in_flight: Option<Box<InFlight>>,
}

/// Ended spans of a thread, to be used again.
const MAX_POOLED: usize = 64;

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes themselves are what is used again")]
    static POOL: RefCell<Vec<Box<RequestSpan>>> = const { RefCell::new(Vec::new()) };
}

/// Where the span comes from.
pub(crate) enum Origin<'p> {
    /// What a request carried.
    Caller(&'p mut Extracted),
    /// What is current.
    Current(&'p Context),
}

/// Who writes down what is set.
#[derive(Debug)]
enum Recorder {
    /// An unsampled span only carries its ids.
    Nobody,
    /// So does a native one, but it may be turned on.
    Asleep,
    OpenTelemetry,
    Native(native::Recording),
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

// === impl Origin ===

impl Origin<'_> {
    fn is_suppressed(&self) -> bool {
        matches!(self, Self::Current(context) if context.is_telemetry_suppressed())
    }

    fn into_context(self) -> Context {
        match self {
            // What happens to be current on this thread is not the caller.
            Self::Caller(extracted) => extracted.take_context(&Context::new()),
            Self::Current(context) => context.clone(),
        }
    }
}

// === impl RequestSpan ===

impl RequestSpan {
    pub(crate) fn start<T>(
        tracer: &T,
        settings: &Settings,
        side: Side,
        origin: Origin<'_>,
        request: &RequestHead<'_>,
        links: Vec<Link>,
    ) -> Box<Self>
    where
        T: Tracer + 'static,
        T::Span: Send + Sync + 'static,
    {
        let own_name = settings.operation_name.as_ref().and_then(|name| (name.0)(request));
        let protocol = Protocol::of_request(request);
        let tags = Tags { conventions: settings.conventions, side, protocol };
        let is_own_name = own_name.is_some();
        let name = || own_name.map_or_else(|| operation_name::of(tags, request), Name::Own);
        let kind = match side {
            Side::Server => SpanKind::Server,
            Side::Client => SpanKind::Client,
        };
        let native = native::of(tracer).filter(|_| !origin.is_suppressed());
        let (context, recorder, has_own_id) = if let Some(tracer) = native {
            let write_first =
                |span: native::Writer<'_>| tags.at_first(request.method, &mut TagSink::Native(span));
            let sort = native::Sort {
                kind,
                links: &links,
                number: tags.first_number(request.method),
                name_unsampled: operation_name::of_method(tags, request.method),
            };
            let (context, recording) = native::start(tracer, origin, &sort, name, write_first, |span| {
                tags.at_start(request, settings, &mut TagSink::Native(span));
            });
            (context, recording.map_or(Recorder::Asleep, Recorder::Native), true)
        } else {
            let parent = origin.into_context();
            let mut builder = SpanBuilder::from_name(name().into_text());
            builder.span_kind = Some(kind);
            if !links.is_empty() {
                builder.links = Some(links);
            }
            let mut span = tracer.build_with_context(builder, &parent);
            let has_own_id = has_own_id(&span, &parent);
            if settings.extras.is_none() && !has_own_id {
                // There is no tracer: nobody will see a span, and the caller's context is what goes on.
                return Self::untraced(parent, side, protocol, request);
            }
            let is_recording = span.is_recording();
            if is_recording {
                let mut span = Started(&mut span);
                let mut sink = TagSink::OpenTelemetry(&mut span);
                tags.at_first(request.method, &mut sink);
                tags.at_start(request, settings, &mut sink);
            }
            let recorder = if is_recording { Recorder::OpenTelemetry } else { Recorder::Nobody };
            (JaegerState::bind(parent.with_span(span)), recorder, has_own_id)
        };
        let mut this = Self::of(context, tags, request).boxed();
        this.is_traced = true;
        this.recorder = recorder;
        this.is_own_name = is_own_name;
        this.has_own_id = has_own_id;
        if let Some(extras) = &settings.extras {
            this.in_flight = extras.metrics.as_ref().map(|metrics| metrics.begin(tags, request));
            this.extras = Some(Arc::clone(extras));
        }
        this.hook(|extras, context| extras.request(request, context));
        this
    }

    /// A request without a span of its own: a context to be current, and nothing that ends.
    pub(crate) fn untraced(
        context: Context,
        side: Side,
        protocol: Protocol,
        request: &RequestHead<'_>,
    ) -> Box<Self> {
        let tags = Tags { conventions: Conventions::default(), side, protocol };
        Self::of(context, tags, request).boxed()
    }

    #[inline]
    fn of(context: Context, tags: Tags, request: &RequestHead<'_>) -> Self {
        let sets_baggage = matches!(tags.side, Side::Server) && LateState::is_enabled();
        let context = if sets_baggage { LateState::default().follow(&context) } else { context };
        Self {
            context,
            tags,
            version: request.version,
            expects: match *request.method {
                Method::HEAD => Expects::NoBody,
                Method::CONNECT => Expects::Tunnel,
                _ => Expects::Body,
            },
            phase: Phase::BeforeHead,
            is_traced: false,
            recorder: Recorder::Nobody,
            is_own_name: false,
            has_own_id: false,
            is_grpc_response: false,
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

    /// Runs what is the user's as the service itself is run.
    fn hook(&mut self, run: impl FnOnce(&Extras, &Context)) {
        if let Some(extras) = self.extras.clone() {
            let context = self.context.clone();
            let within = Within::enter(self);
            run(&extras, &context);
            within.leave();
        }
    }

    /// Notes the head of the response, and says whether a body can follow (RFC 9110, section 6.4.1).
    pub(crate) fn head<B>(&mut self, response: &mut Response<B>) -> AfterHead {
        let status = response.status();
        self.phase = Phase::InBody;
        self.status = Some(status);
        self.version = self.version.max(response.version());
        if let Some(captured) = self.extras.as_ref().and_then(|extras| extras.captured_headers.as_ref()) {
            let headers = response.headers();
            self.write(|tags, sink| {
                captured.of_response(tags.conventions, headers, |tag| sink.key_value(tag));
            });
        }
        let has_own_id = self.has_own_id;
        self.hook(|extras, context| extras.response(response, context, has_own_id));
        if self.protocol() == Protocol::Grpc {
            self.is_grpc_response = Protocol::of(response.headers()) == Protocol::Grpc;
            self.trailers(response.headers());
        }
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

    /// In a place of its own, so that it is not copied on its way from the call to the future and to the body. The memory is that
    /// of an earlier request of the thread, if there is one.
    #[inline]
    fn boxed(self) -> Box<Self> {
        match POOL.try_with(|pool| pool.try_borrow_mut().ok()?.pop()) {
            Ok(Some(mut place)) => {
                *place = self;
                place
            }
            _ => Box::new(self),
        }
    }

    /// Ends the span, now.
    pub(crate) fn end(mut self: Box<Self>, outcome: Outcome) {
        self.finish(outcome);
        // Nothing of the request stays behind.
        self.context = Context::new();
        self.recorder = Recorder::Nobody;
        self.extras = None;
        // At the end of a thread there is no pool any more.
        let _ = POOL.try_with(|pool| {
            if let Ok(mut pool) = pool.try_borrow_mut()
                && pool.len() < MAX_POOLED
            {
                pool.push(self);
            }
        });
    }

    /// Ends the span, now, with what the error says as a log.
    pub(crate) fn fail(self: Box<Self>, outcome: Outcome, error: &dyn Any) {
        if !matches!(self.recorder, Recorder::Nobody)
            && let Some(cause) = cause::of(error)
        {
            self.tags.log_error(&self.context.span(), cause);
        }
        self.end(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        let has_ended = mem::replace(&mut self.phase, Phase::Ended) == Phase::Ended;
        if has_ended || !self.is_traced {
            return;
        }
        let outcome = if outcome == Outcome::Completed && self.lacks_trailers() {
            Outcome::MissingTrailers
        } else {
            outcome
        };
        let end = End {
            outcome,
            status: self.status,
            grpc_status: self.grpc_status,
            is_method_known: self.is_method_known(),
        };
        if self.is_of_no_method() && !self.is_own_name {
            self.context.span().update_name(operation_name::NO_METHOD);
        }
        let Some(extras) = &self.extras else {
            return self.recorder.end(&self.context, |sink| self.tags.at_end(&end, sink));
        };
        self.write(|tags, sink| tags.at_end(&end, sink));
        // The hook is the user's, and may panic: it is the last, and the span ends all the same.
        let _end = EndSpan { context: &self.context, recorder: &self.recorder };
        let _entered = self.enter();
        if let (Some(metrics), Some(in_flight)) = (&extras.metrics, self.in_flight.take()) {
            metrics.end(*in_flight, self.tags, &end);
        }
        extras.end(outcome, &self.context);
    }

    /// Writes tags, if anybody is to see them.
    fn write(&self, write: impl FnOnce(Tags, &mut TagSink<'_>)) {
        self.recorder.write(&self.context, |sink| write(self.tags, sink));
    }

    /// Whether a gRPC call was answered without its status. An answer that is no success and no gRPC, as of a proxy, never has
    /// one, and says by its HTTP status what is wrong.
    fn lacks_trailers(&self) -> bool {
        let is_success = self.status.is_some_and(|status| status.is_success());
        self.protocol() == Protocol::Grpc
            && self.grpc_status.is_none()
            && (is_success || self.is_grpc_response)
    }

    /// Whether a server can say of a gRPC call that its method is not there, or is no gRPC at all.
    fn is_of_no_method(&self) -> bool {
        let is_unimplemented = self.grpc_status.is_some_and(grpc::Status::is_unimplemented);
        self.tags.side == Side::Server
            && self.protocol() == Protocol::Grpc
            && (is_unimplemented || self.status.is_some() && !self.is_grpc_answer())
    }

    /// Whether a gRPC method is certain to be there. A client's are its own, and only its server knows which are not.
    fn is_method_known(&self) -> bool {
        let is_status = |of: fn(grpc::Status) -> bool| self.grpc_status.is_some_and(of);
        match self.tags.side {
            Side::Server => self.is_grpc_answer() && !is_status(grpc::Status::may_be_of_no_method),
            Side::Client => !is_status(grpc::Status::is_unimplemented),
        }
    }

    /// Whether something that speaks gRPC has answered.
    fn is_grpc_answer(&self) -> bool {
        self.is_grpc_response || self.grpc_status.is_some()
    }
}

// === impl Recorder ===

impl Recorder {
    fn write(&self, context: &Context, write: impl FnOnce(&mut TagSink<'_>)) {
        match self {
            Self::Nobody => {}
            Self::Asleep if !native::is_any_woken() => {}
            Self::Asleep | Self::OpenTelemetry => {
                write(&mut TagSink::OpenTelemetry(&mut context.span()));
            }
            Self::Native(recording) => recording.write(|span| write(&mut TagSink::Native(span))),
        }
    }

    /// Writes the last tags and ends the span.
    fn end(&self, context: &Context, write: impl FnOnce(&mut TagSink<'_>)) {
        match self {
            // Its end would only read the clock.
            Self::Nobody => {}
            // It ends when it is dropped, if it has to.
            Self::Asleep if !native::is_any_woken() => {}
            Self::Asleep | Self::OpenTelemetry => {
                let mut span = context.span();
                write(&mut TagSink::OpenTelemetry(&mut span));
                span.end();
            }
            Self::Native(recording) => recording.end(|span| write(&mut TagSink::Native(span))),
        }
    }
}

/// Ends the span when it is dropped.
struct EndSpan<'s> {
    context: &'s Context,
    recorder: &'s Recorder,
}

// === impl EndSpan ===

impl Drop for EndSpan<'_> {
    fn drop(&mut self) {
        self.recorder.end(self.context, |_| {});
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

/// Something that runs with the span as the current one, until it [leaves](Self::leave); where it panics, that ends the span.
///
/// Whether the span is dropped in a panic would say nothing: a layer outside may have caught this one, and another one may be
/// under way.
#[must_use]
pub(crate) struct Within<'s> {
    span: Option<&'s mut RequestSpan>,
    entered: Option<ContextGuard>,
}

// === impl Within ===

impl<'s> Within<'s> {
    #[inline]
    pub(crate) fn enter(span: &'s mut RequestSpan) -> Self {
        let entered = span.enter();
        Self { span: Some(span), entered: Some(entered) }
    }

    /// The same for a request whose span may have ended.
    #[inline]
    pub(crate) fn enter_if(span: &'s mut Option<Box<RequestSpan>>) -> Self {
        match span {
            Some(span) => Self::enter(span),
            None => Self { span: None, entered: None },
        }
    }

    /// It did not panic.
    #[inline]
    pub(crate) fn leave(mut self) {
        self.span = None;
    }
}

impl Drop for Within<'_> {
    #[inline]
    fn drop(&mut self) {
        // First: what a span processor logs at the end must not find the span, which is locked then.
        self.entered = None;
        if let Some(span) = self.span.take() {
            span.finish(Outcome::Panicked);
        }
    }
}
