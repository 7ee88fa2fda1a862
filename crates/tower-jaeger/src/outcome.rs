//! How a request ended.

/// How a request ended: each span ends exactly once, with one of these.
///
/// Anything but [`Completed`](Self::Completed) becomes the tag `outcome` of the span, so that a caller who went away
/// is not an invented status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The response body ended, by its last frame or by trailers.
    Completed,
    /// The connection was handed over to another protocol (status 101, or a successful CONNECT); the span ends at the
    /// head of the response.
    Upgraded,
    /// The response to a gRPC call ended without a `grpc-status`, with an HTTP status that does not say why.
    MissingTrailers,
    /// The inner service returned an error instead of a response.
    ServiceError,
    /// The response body failed.
    BodyError,
    /// The future was dropped before there was a response: the caller went away, or a layer outside of ours gave up,
    /// such as a timeout.
    CancelledBeforeHead,
    /// The response body was dropped before its end: the caller went away, or did not want the rest.
    CancelledInBody,
    /// The service or the body panicked; the panic goes on.
    Panicked,
}

// === impl Outcome ===

impl Outcome {
    /// The value of the tag `outcome`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Upgraded => "upgraded",
            Self::MissingTrailers => "missing-trailers",
            Self::ServiceError => "service-error",
            Self::BodyError => "body-error",
            Self::CancelledBeforeHead => "cancelled-before-head",
            Self::CancelledInBody => "cancelled-in-body",
            Self::Panicked => "panicked",
        }
    }

    /// Whether this is an error by itself, whatever the status of the response says. That nobody waited for the end is none.
    pub const fn is_error(self) -> bool {
        matches!(self, Self::MissingTrailers | Self::ServiceError | Self::BodyError | Self::Panicked)
    }
}
