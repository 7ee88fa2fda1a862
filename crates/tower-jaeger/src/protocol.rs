//! HTTP or gRPC: told apart by the request's content type.

use http::{HeaderMap, header::CONTENT_TYPE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    Grpc,
}

// === impl Protocol ===

impl Protocol {
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
