//! Why a call of another service has no usable answer.

use std::{error, fmt};

use http::StatusCode;
use tonic::Code;

use crate::BoxError;

/// A call that has no usable answer.
#[derive(Debug)]
pub(crate) struct CallError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// It answered, but with this.
    Status(StatusCode, String),
    /// A gRPC service did.
    Grpc(tonic::Status),
    /// What it answered is nothing that we understand.
    Unreadable(BoxError),
    /// It did not answer in time.
    Slow(BoxError),
    /// There is no connection, or it broke.
    Away(BoxError),
}

// === impl CallError ===

impl CallError {
    pub(crate) fn of_status(status: StatusCode, body: &[u8]) -> Self {
        Kind::Status(status, String::from_utf8_lossy(body).trim().to_owned()).into()
    }

    pub(crate) fn unreadable(source: impl Into<BoxError>) -> Self {
        Kind::Unreadable(source.into()).into()
    }

    pub(crate) fn slow(source: impl Into<BoxError>) -> Self {
        Kind::Slow(source.into()).into()
    }

    /// Of a client's error, before there was an answer or in the middle of one.
    pub(crate) fn of_client(source: BoxError) -> Self {
        let is_slow = source.is::<tower::timeout::error::Elapsed>();
        if is_slow { Self::slow(source) } else { Kind::Away(source).into() }
    }

    /// The status of the answer, if there was one.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match &self.kind {
            Kind::Status(status, _) => Some(*status),
            _ => None,
        }
    }

    /// With which status a gateway answers its own caller.
    pub(crate) fn gateway_status(&self) -> StatusCode {
        match &self.kind {
            Kind::Status(..) | Kind::Grpc(_) | Kind::Unreadable(_) => StatusCode::BAD_GATEWAY,
            Kind::Slow(_) => StatusCode::GATEWAY_TIMEOUT,
            Kind::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<Kind> for CallError {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

/// One that the service sent has no source; one that the client made has the reason as its source.
impl From<tonic::Status> for CallError {
    fn from(status: tonic::Status) -> Self {
        match (error::Error::source(&status).is_some(), status.code()) {
            (false, _) => Kind::Grpc(status).into(),
            (true, Code::Cancelled | Code::DeadlineExceeded) => Kind::Slow(status.into()).into(),
            (true, _) => Kind::Away(status.into()).into(),
        }
    }
}

/// To be read behind the name of the service.
impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Status(status, text) if text.is_empty() => write!(f, "failed: {status}"),
            Kind::Status(status, text) => write!(f, "failed: {status}: {text}"),
            Kind::Grpc(status) => write!(f, "failed: {}", status.message()),
            Kind::Unreadable(source) => {
                write!(f, "answered what is no answer: {}", root_cause(&**source))
            }
            Kind::Slow(_) => f.write_str("did not answer in time"),
            Kind::Away(source) => write!(f, "is away: {}", root_cause(&**source)),
        }
    }
}

impl error::Error for CallError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            Kind::Status(..) => None,
            Kind::Grpc(status) => Some(status),
            Kind::Unreadable(source) | Kind::Slow(source) | Kind::Away(source) => Some(&**source),
        }
    }
}

/// hyper's errors say "client error" and leave the reason to their sources.
fn root_cause<'a>(mut error: &'a (dyn error::Error + 'static)) -> &'a dyn error::Error {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}
