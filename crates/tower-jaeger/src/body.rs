//! The response body, which ends the span at its true end.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Buf;
use http::{Response, header::CONTENT_LENGTH};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{
    Outcome,
    request_span::{RequestSpan, Within},
};

pin_project! {
    /// A response body within its span: each poll has the span as the current one, and the span ends with the last
    /// frame, with trailers, with an error, or when the body is dropped.
    #[derive(Debug, Default)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        // `None` once the span has ended.
        span: Option<Box<RequestSpan>>,
        // Bytes still to come where the length is known: a connection of HTTP/1 does not poll beyond them.
        remaining: Option<u64>,
    }
}

// === impl ResponseBody ===

impl<B: Body> ResponseBody<B> {
    /// How many bytes of a response are to come, if it is known.
    pub(crate) fn length_of(response: &Response<B>) -> Option<u64> {
        let declared = || response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
        response.body().size_hint().exact().or_else(declared)
    }

    pub(crate) fn new(inner: B, remaining: Option<u64>, mut span: Option<Box<RequestSpan>>) -> Self {
        if is_last(&inner, &mut span, remaining)
            && let Some(span) = span.take()
        {
            span.end(Outcome::Completed);
        }
        Self { inner, span, remaining }
    }
}

/// Whether nobody polls further: the body says that it is at its end, or its length has come.
fn is_last<B: Body>(inner: &B, span: &mut Option<Box<RequestSpan>>, remaining: Option<u64>) -> bool {
    let is_whole = remaining == Some(0) && span.as_mut().is_some_and(|span| span.last_byte());
    is_whole || inner.is_end_stream()
}

impl<B: Body<Error: 'static>> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut this = self.project();
        let within = Within::enter_if(this.span);
        let frame = this.inner.as_mut().poll_frame(cx);
        within.leave();
        let frame = ready!(frame);
        let outcome = match &frame {
            None => Some(Outcome::Completed),
            Some(Err(error)) => {
                if let Some(span) = this.span.take() {
                    span.fail(Outcome::BodyError, error);
                }
                None
            }
            Some(Ok(frame)) => {
                let trailers = frame.trailers_ref();
                if let (Some(span), Some(trailers)) = (this.span.as_mut(), trailers) {
                    span.trailers(trailers);
                }
                if let (Some(remaining), Some(data)) = (this.remaining.as_mut(), frame.data_ref()) {
                    *remaining = remaining.saturating_sub(data.remaining() as u64);
                }
                let last = trailers.is_some() || is_last(&*this.inner, this.span, *this.remaining);
                last.then_some(Outcome::Completed)
            }
        };
        if let Some(outcome) = outcome
            && let Some(span) = this.span.take()
        {
            span.end(outcome);
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
