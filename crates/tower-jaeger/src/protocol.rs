//! HTTP or gRPC: told apart by the request's method and content type.

use http::{HeaderMap, Method, header::CONTENT_TYPE};

use crate::RequestHead;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    Grpc,
}

// === impl Protocol ===

impl Protocol {
    /// A gRPC call is a POST of gRPC's content type.
    pub(crate) fn of_request(request: &RequestHead<'_>) -> Self {
        // Looking for a header costs more than looking at the method.
        if *request.method == Method::POST { Self::of(request.headers) } else { Self::Http }
    }

    /// gRPC's content type is `application/grpc`, alone or followed by `+codec` or `;parameter` (gRPC over HTTP/2).
    /// `application/grpc-web` is HTTP: its status is not in trailers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        match content_type.and_then(|value| value.strip_prefix(b"application/grpc")) {
            Some([] | [b'+' | b';', ..]) => Self::Grpc,
            _ => Self::Http,
        }
    }
}
