//! Requests to a service in this process, one after the other: call, response, body to its end.

use std::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::Router;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use tower::Service;

use crate::{caller::Header, operation::Operation};

/// What the service answers.
pub(crate) const HELLO: &str = "hello";

/// The same through a router, which is made ready as `axum::serve` does it: its routes are not built anew for each request.
pub(crate) fn routed(app: Router, trace: Option<Header>) -> Operation {
    http(app.with_state::<()>(()), trace)
}

/// A request of HTTP, answered by [`HELLO`].
pub(crate) fn http<S, B>(service: S, trace: Option<Header>) -> Operation
where
    S: Service<Request<axum::body::Body>, Response = Response<B>> + 'static,
    B: Body,
{
    let request = move || {
        let mut request = Request::get("/users/731").header("host", "example.com").header("accept", "*/*");
        if let Some((name, value)) = trace {
            request = request.header(name, value);
        }
        request.body(axum::body::Body::empty())
    };
    answered(service, request, |body| body.to_bytes() == HELLO)
}

/// Whether each request is answered as it should be.
pub(crate) fn answered<S, Q, B>(
    mut service: S,
    request: impl Fn() -> http::Result<Request<Q>> + 'static,
    is_right: impl Fn(http_body_util::Collected<B::Data>) -> bool + 'static,
) -> Operation
where
    S: Service<Request<Q>, Response = Response<B>> + 'static,
    B: Body,
{
    Operation::checked(move || {
        let Ok(request) = request() else { return false };
        if now(poll_fn(|cx| service.poll_ready(cx))).is_err() {
            return false;
        }
        let Ok(response) = now(service.call(request)) else { return false };
        response.status().is_success() && now(response.into_body().collect()).is_ok_and(&is_right)
    })
}

/// The output of a future that never waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}
