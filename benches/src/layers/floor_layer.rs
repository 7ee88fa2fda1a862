//! What a layer costs that is written by hand for exactly this case: it reads `uber-trace-id`, makes ids, copies six tags into memory
//! that is used again, ends with the body and exports nothing.
//!
//! The last span is kept where the check finds it; so nothing of it is optimised away.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use axum::extract::MatchedPath;
use http::{HeaderName, Method, Request, Response, header::HOST};
use http_body::{Body, Frame, SizeHint};
use jaeger_propagation::SpanContext;
use pin_project_lite::pin_project;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use tower::{Layer, Service};

use crate::{
    operation::Result,
    tracers::{Exports, Seen},
};

const TRACE_CONTEXT: HeaderName = HeaderName::from_static("uber-trace-id");

thread_local! {
    static RANDOM: RefCell<SmallRng> = RefCell::new(SmallRng::from_os_rng());
    /// The last span that has ended, whose memory is the next one's.
    static LAST: RefCell<Option<Box<Span>>> = const { RefCell::new(None) };
    static ENDED: Cell<u64> = const { Cell::new(0) };
}

#[derive(Clone, Copy, Debug)]
pub(super) struct FloorLayer {
    pub(super) samples_roots: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Floor<S> {
    inner: S,
    samples_roots: bool,
}

/// The spans of this thread, since this was made.
#[derive(Debug)]
pub(super) struct FloorSpans {
    before: u64,
}

#[derive(Debug, Default)]
struct Span {
    trace_id: u128,
    span_id: u64,
    parent_id: u64,
    start: Option<Instant>,
    duration: Duration,
    tags: Tags,
}

#[derive(Debug, Default)]
struct Tags {
    kind: &'static str,
    method: &'static str,
    url: String,
    route: String,
    host: String,
    status: u16,
}

pin_project! {
    pub(super) struct FloorFuture<F> {
        #[pin]
        inner: F,
        span: Option<Box<Span>>,
    }
}

pin_project! {
    pub(super) struct FloorBody<B> {
        #[pin]
        inner: B,
        span: Option<Box<Span>>,
    }
}

// === impl FloorLayer ===

impl<S> Layer<S> for FloorLayer {
    type Service = Floor<S>;

    fn layer(&self, inner: S) -> Floor<S> {
        Floor { inner, samples_roots: self.samples_roots }
    }
}

// === impl Floor ===

impl<S, Q, B> Service<Request<Q>> for Floor<S>
where
    S: Service<Request<Q>, Response = Response<B>>,
{
    type Response = Response<FloorBody<B>>;
    type Error = S::Error;
    type Future = FloorFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let span = Span::start(&request, self.samples_roots);
        FloorFuture { inner: self.inner.call(request), span }
    }
}

// === impl FloorSpans ===

impl FloorSpans {
    pub(super) fn new() -> Self {
        Self { before: ENDED.get() }
    }
}

impl Exports for FloorSpans {
    fn settle(&self) {}

    fn exported(&self) -> u64 {
        ENDED.get() - self.before
    }

    fn last(&self) -> Result<Seen> {
        let span = LAST.take().ok_or("expected a span, found none")?;
        if span.is_whole() {
            Ok(Seen { trace_id: span.trace_id, parent_id: span.parent_id, tags: 6 })
        } else {
            Err(format!("expected six tags, found {span:?}").into())
        }
    }
}

// === impl Span ===

impl Span {
    /// `None` if it is not sampled; it has ids all the same, for the calls that a handler makes.
    fn start<Q>(request: &Request<Q>, samples_roots: bool) -> Option<Box<Self>> {
        let header = request.headers().get(TRACE_CONTEXT).and_then(|value| value.to_str().ok());
        let parent = header.and_then(|header| SpanContext::from_header(header).ok().flatten());
        let span_id = random();
        let (trace_id, parent_id, is_sampled) = match parent {
            Some(parent) => (parent.trace_id.into(), parent.span_id.into(), parent.flags.is_sampled()),
            None => (u128::from(random()) << 64 | u128::from(span_id), 0, samples_roots),
        };
        std::hint::black_box((trace_id, span_id));
        is_sampled.then(|| {
            let mut span = LAST.take().unwrap_or_default();
            (span.trace_id, span.span_id, span.parent_id) = (trace_id, span_id, parent_id);
            span.tags.fill(request);
            span.start = Some(Instant::now());
            span
        })
    }

    fn end(mut self: Box<Self>) {
        self.duration = self.start.map_or(Duration::ZERO, |start| start.elapsed());
        ENDED.set(ENDED.get() + 1);
        LAST.set(Some(self));
    }

    fn is_whole(&self) -> bool {
        let Tags { kind, method, url, route, host, status } = &self.tags;
        let is_of_request = *kind == "server" && *method == "GET" && url.len() > 1;
        let is_of_connection = !route.is_empty() && !host.is_empty() && *status == 200;
        self.span_id != 0 && !self.duration.is_zero() && is_of_request && is_of_connection
    }
}

// === impl Tags ===

impl Tags {
    fn fill<Q>(&mut self, request: &Request<Q>) {
        let text = |place: &mut String, text: &str| {
            place.clear();
            place.push_str(text);
        };
        self.kind = "server";
        self.method = if *request.method() == Method::GET { "GET" } else { "other" };
        text(&mut self.url, request.uri().path());
        text(&mut self.route, request.extensions().get().map_or("", MatchedPath::as_str));
        text(
            &mut self.host,
            request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default(),
        );
    }
}

fn random() -> u64 {
    RANDOM.with_borrow_mut(|random| random.random())
}

// === impl FloorFuture ===

impl<F, B, E> Future for FloorFuture<F>
where
    F: Future<Output = std::result::Result<Response<B>, E>>,
{
    type Output = std::result::Result<Response<FloorBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?;
        let mut span = this.span.take();
        if let Some(span) = &mut span {
            span.tags.status = response.status().as_u16();
        }
        Poll::Ready(Ok(response.map(|inner| FloorBody { inner, span })))
    }
}

// === impl FloorBody ===

impl<B: Body> Body for FloorBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.inner.as_mut().poll_frame(cx));
        if (frame.is_none() || this.inner.is_end_stream())
            && let Some(span) = this.span.take()
        {
            span.end();
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
