//! What a layer costs that is written by hand for exactly this case: it reads `uber-trace-id`, makes ids, keeps six tags by
//! reference, ends with the body and exports nothing.
//!
//! The last span is kept where the check finds it; so nothing of it is optimised away.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use axum::extract::MatchedPath;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header::HOST};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use tower::{Layer, Service};

use crate::{
    floor,
    operation::Result,
    tracers::{Exports, Seen},
};

thread_local! {
    static RANDOM: RefCell<SmallRng> = RefCell::new(SmallRng::from_os_rng());
    static LAST: RefCell<Option<Span>> = const { RefCell::new(None) };
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

#[derive(Debug)]
struct Span {
    trace_id: u128,
    span_id: u64,
    parent_id: u64,
    start: Instant,
    duration: Duration,
    tags: Tags,
}

/// Counted references to what the request has anyway.
#[derive(Debug)]
struct Tags {
    kind: &'static str,
    method: Method,
    url: Uri,
    route: Option<MatchedPath>,
    host: Option<HeaderValue>,
    status: StatusCode,
}

pin_project! {
    pub(super) struct FloorFuture<F> {
        #[pin]
        inner: F,
        span: Option<Span>,
    }
}

pin_project! {
    pub(super) struct FloorBody<B> {
        #[pin]
        inner: B,
        span: Option<Span>,
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
    fn start<Q>(request: &Request<Q>, samples_roots: bool) -> Option<Self> {
        let parent = floor::trace_context(request.headers());
        let span_id = random();
        let (trace_id, parent_id, flags) = parent
            .unwrap_or_else(|| (u128::from(random()) << 64 | u128::from(span_id), 0, samples_roots.into()));
        std::hint::black_box((trace_id, span_id));
        (flags & 1 == 1).then(|| Self {
            trace_id,
            span_id,
            parent_id,
            start: Instant::now(),
            duration: Duration::ZERO,
            tags: Tags {
                kind: "server",
                method: request.method().clone(),
                url: request.uri().clone(),
                route: request.extensions().get().cloned(),
                host: request.headers().get(HOST).cloned(),
                status: StatusCode::PROCESSING,
            },
        })
    }

    fn end(mut self) {
        self.duration = self.start.elapsed();
        ENDED.set(ENDED.get() + 1);
        LAST.replace(Some(self));
    }

    fn is_whole(&self) -> bool {
        let Tags { kind, method, url, route, host, status } = &self.tags;
        let is_of_request = *kind == "server" && method == Method::GET && url.path() != "/";
        let is_of_connection = route.is_some() && host.is_some() && status.is_success();
        self.span_id != 0 && !self.duration.is_zero() && is_of_request && is_of_connection
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
            span.tags.status = response.status();
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
