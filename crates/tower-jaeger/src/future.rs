//! The future of a response, within its span.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::{
    Outcome, ResponseBody,
    request_span::{AfterHead, RequestSpan, Within},
};

pin_project! {
    /// The future that [`Server`](crate::Server) and [`Client`](crate::Client) return: it polls the inner future with
    /// the span as the current one.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        // `None` once the span has gone to the body, or has ended.
        span: Option<Box<RequestSpan>>,
    }
}

// === impl ResponseFuture ===

impl<F> ResponseFuture<F> {
    pub(crate) fn new(inner: F, span: Option<Box<RequestSpan>>) -> Self {
        Self { inner, span }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Error: 'static>,
    E: 'static,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let within = Within::enter_if(this.span);
        let result = this.inner.poll(cx);
        within.leave();
        let result = ready!(result);
        let span = this.span.take();
        Poll::Ready(match result {
            Ok(response) => Ok(with_body(response, span)),
            Err(error) => {
                if let Some(span) = span {
                    span.fail(Outcome::ServiceError, &error);
                }
                Err(error)
            }
        })
    }
}

fn with_body<B: Body<Error: 'static>>(
    mut response: Response<B>,
    span: Option<Box<RequestSpan>>,
) -> Response<ResponseBody<B>> {
    let span = span.and_then(|mut span| match span.head(&mut response) {
        AfterHead::Body => Some(span),
        AfterHead::End(outcome) => {
            span.end(outcome);
            None
        }
    });
    let length = ResponseBody::length_of(&response);
    response.map(|body| ResponseBody::new(body, length, span))
}
