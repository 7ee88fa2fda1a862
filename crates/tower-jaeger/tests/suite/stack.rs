//! The layers in a stack of others: readiness, errors, bodies and the traits of their types.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    convert::Infallible,
    fmt::Debug,
    future::{Ready, pending, ready},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::support::{Frames, TestTracer, Then, Traced, data, frames, next, outcome, request, trailers};
use bytes::Bytes;
use http::{Request, Response, header::CONTENT_LENGTH};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use tower::{
    BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn,
    util::{BoxCloneService, BoxCloneSyncService},
};
use tower_jaeger::{Client, ClientLayer, ResponseBody, ResponseFuture, Server, ServerLayer};

/// A service as tower's documentation allows it: only an instance that was ready may be called, once, and a clone of it
/// is not ready.
#[derive(Debug, Default)]
struct Strict {
    is_ready: bool,
    polls: usize,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<String>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    /// Pending at first.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.polls += 1;
        self.is_ready = self.polls > 1;
        if self.is_ready {
            return Poll::Ready(Ok(()));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, _: Request<String>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called without having been ready");
        ready(Ok(Response::new(String::new())))
    }
}

/// Two calls through a stack, each a server span and a client span.
async fn assert_calls<S, B, E>(traced: &Traced, mut stack: S)
where
    S: Service<Request<String>, Response = Response<B>, Error = E>,
    B: Body<Error: Debug>,
    E: Debug,
{
    for calls in 1..=2 {
        let response = stack.ready().await.unwrap().call(request("GET", "/", &[])).await.unwrap();
        response.into_body().collect().await.unwrap();
        assert_eq!(traced.finished().len(), 2 * calls);
    }
}

#[tokio::test]
async fn the_instance_that_was_ready_is_the_one_that_is_called() {
    let traced = Traced::new();
    let (server, client) =
        (ServerLayer::with_tracer(traced.tracer()), ClientLayer::with_tracer(traced.tracer()));
    let layers = ServiceBuilder::new().layer(server.clone()).layer(client.clone());
    assert_calls(&traced, layers.clone().service(Strict::default())).await;

    let traced = Traced::new();
    let (server, client) =
        (ServerLayer::with_tracer(traced.tracer()), ClientLayer::with_tracer(traced.tracer()));
    let limited = ServiceBuilder::new()
        .concurrency_limit(1)
        .layer(server.clone())
        .concurrency_limit(1)
        .layer(client.clone())
        .concurrency_limit(1);
    assert_calls(&traced, limited.service(Strict::default())).await;

    let traced = Traced::new();
    let (server, client) =
        (ServerLayer::with_tracer(traced.tracer()), ClientLayer::with_tracer(traced.tracer()));
    let buffered = ServiceBuilder::new().buffer(1).layer(server).buffer(1).layer(client).buffer(1);
    assert_calls(&traced, buffered.service(Strict::default())).await;
}

#[tokio::test]
async fn a_full_service_is_not_ready_through_the_layers() {
    let traced = Traced::new();
    let mut stack = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .concurrency_limit(1)
        .service(service_fn(async |_: Request<String>| {
            pending::<Result<Response<String>, Infallible>>().await
        }));
    let taken = stack.ready().await.unwrap().call(request("GET", "/", &[]));
    let mut other = stack.clone();
    assert!(is_pending(&mut other));
    drop(taken);
    other.ready().await.unwrap();
}

/// Whether a service says that it is not ready.
fn is_pending<S: Service<Request<String>>>(service: &mut S) -> bool {
    service.poll_ready(&mut Context::from_waker(std::task::Waker::noop())).is_pending()
}

#[tokio::test]
async fn a_service_that_cannot_be_ready_says_so_and_has_no_span() {
    #[derive(Clone)]
    struct Broken;

    impl Service<Request<String>> for Broken {
        type Response = Response<String>;
        type Error = &'static str;
        type Future = Ready<Result<Response<String>, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("broken"))
        }

        fn call(&mut self, _: Request<String>) -> Self::Future {
            unreachable!("it was never ready")
        }
    }

    let traced = Traced::new();
    let stack = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .service(Broken);
    assert_eq!(stack.oneshot(request("GET", "/", &[])).await.unwrap_err(), "broken");
    assert!(traced.finished().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_an_error_inside_of_the_layer_and_a_cancellation_outside() {
    let never =
        || service_fn(async |_: Request<String>| pending::<Result<Response<String>, Infallible>>().await);
    let second = Duration::from_secs(1);

    let traced = Traced::new();
    let layer = ServerLayer::with_tracer(traced.tracer());
    let inside = ServiceBuilder::new().load_shed().layer(layer).timeout(second).service(never());
    let error: BoxError = inside.oneshot(request("GET", "/", &[])).await.unwrap_err();
    assert!(error.is::<tower::timeout::error::Elapsed>(), "{error}");
    assert_eq!(outcome(&traced.one()), "service-error");

    let traced = Traced::new();
    let layer = ServerLayer::with_tracer(traced.tracer());
    let outside = ServiceBuilder::new().load_shed().timeout(second).layer(layer).service(never());
    let error: BoxError = outside.oneshot(request("GET", "/", &[])).await.unwrap_err();
    assert!(error.is::<tower::timeout::error::Elapsed>(), "{error}");
    assert_eq!(outcome(&traced.one()), "cancelled-before-head");
}

#[tokio::test]
async fn the_layers_stand_in_boxed_stacks() {
    let traced = Traced::new();
    let infallible = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .service(Strict::default());
    let infallible: BoxCloneSyncService<Request<String>, Response<_>, Infallible> =
        BoxCloneSyncService::new(infallible);
    assert_calls(&traced, infallible).await;

    let traced = Traced::new();
    let boxed = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .map_err(BoxError::from)
        .service(Strict::default());
    let boxed: BoxCloneService<Request<String>, Response<_>, BoxError> = BoxCloneService::new(boxed);
    assert_calls(&traced, boxed).await;
}

/// A body in both layers, beside one as it was.
async fn wrapped<B: Body<Error: 'static>>(
    response: Response<B>,
    headers: &[(&str, &str)],
) -> impl Body<Data = B::Data, Error = B::Error> {
    let traced = Traced::new();
    let mut response = Some(response);
    let service = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()))
        .layer(ClientLayer::with_tracer(traced.tracer()))
        .service(service_fn(move |_: Request<String>| ready(Ok::<_, Infallible>(response.take().unwrap()))));
    service.oneshot(request("GET", "/", headers)).await.unwrap().into_body()
}

/// A body says the same of itself in the layers as without them, before each frame and at its end.
async fn assert_same<B: Body<Error: Debug + 'static>>(body: impl Fn() -> B, headers: &[(&str, &str)]) {
    let mut plain = Box::pin(body());
    let mut inner = Box::pin(wrapped(Response::new(body()), headers).await);
    loop {
        assert_eq!(format!("{:?}", inner.size_hint()), format!("{:?}", plain.size_hint()));
        assert_eq!(inner.is_end_stream(), plain.is_end_stream());
        let (frame, expected) = (next(&mut inner).await, next(&mut plain).await);
        assert_eq!(frame.is_some(), expected.is_some());
        if frame.is_none() {
            break;
        }
    }
}

/// Frames that tell what they know of their rest: at least one byte each, at most two.
struct Telling(Frames);

impl Body for Telling {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.frames.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.0.frames.len() as u64;
        let mut hint = SizeHint::new();
        hint.set_lower(rest);
        hint.set_upper(2 * rest);
        hint
    }
}

#[tokio::test]
async fn bodies_keep_their_size_hint_and_their_end() {
    let grpc = [("content-type", "application/grpc")];
    for headers in [&[][..], &grpc] {
        assert_same(Empty::<Bytes>::new, headers).await;
        assert_same(|| Full::new(Bytes::from_static(b"hello")), headers).await;
        assert_same(|| "hello".to_owned(), headers).await;
        assert_same(|| frames([data("a"), data("b")], Then::End), headers).await;
        assert_same(|| Telling(frames([data("a"), data("bc")], Then::End)), headers).await;
        let with_trailers = || frames([data("a"), trailers(&[("grpc-status", "0")])], Then::End);
        assert_same(with_trailers, headers).await;
        assert_same(move || Telling(with_trailers()), headers).await;
    }
}

#[tokio::test]
async fn a_declared_length_does_not_become_a_size_hint() {
    let mut response = Response::new(frames([data("hello")], Then::End));
    response.headers_mut().insert(CONTENT_LENGTH, 5.into());
    assert_eq!(wrapped(response, &[]).await.size_hint().exact(), None);
}

/// A tracer need not be `Clone`: the layers share it.
#[derive(Debug)]
struct Unclonable;

fn shared<T: Clone + Debug + Send + Sync + 'static>() {}
fn sent<T: Debug + Send + 'static>() {}
fn unpin<T: Debug + Send + Sync + Unpin + 'static>() {}

#[test]
fn the_types_are_as_clonable_and_sendable_as_what_is_in_them() {
    shared::<(ServerLayer, ServerLayer<TestTracer>, ServerLayer<Unclonable>)>();
    shared::<(ClientLayer, ClientLayer<TestTracer>, ClientLayer<Unclonable>)>();
    shared::<(Server<Strict>, Server<Strict, TestTracer>, Server<Strict, Unclonable>)>();
    shared::<(Client<Strict>, Client<Strict, TestTracer>, Client<Strict, Unclonable>)>();
    shared::<(<ServerLayer as Layer<Strict>>::Service, <ClientLayer as Layer<Strict>>::Service)>();
    // A future that is `Send` only stays so, and a body that is `Sync` and `Unpin` too.
    sent::<ResponseFuture<SendOnly>>();
    sent::<ResponseBody<SendOnly>>();
    unpin::<(ResponseFuture<Ready<()>>, ResponseBody<Full<Bytes>>)>();
}

/// `Send`, and neither `Sync` nor `Clone`.
type SendOnly = std::cell::Cell<u8>;
