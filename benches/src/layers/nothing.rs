//! A layer that does nothing: what axum costs for any layer at all.

use std::task::{Context, Poll};

use tower::{Layer, Service};

#[derive(Clone, Copy, Debug)]
pub(super) struct NothingLayer;

#[derive(Clone, Debug)]
pub(super) struct Nothing<S>(S);

// === impl NothingLayer ===

impl<S> Layer<S> for NothingLayer {
    type Service = Nothing<S>;

    fn layer(&self, inner: S) -> Nothing<S> {
        Nothing(inner)
    }
}

// === impl Nothing ===

impl<R, S: Service<R>> Service<R> for Nothing<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}
