//! What can go wrong: an endpoint that is not one, and a message that was not delivered.

use std::{error, fmt, io, time::Duration};

/// The endpoint of a collector, one of its headers, or the address of an agent cannot be used as written.
#[derive(Debug)]
pub struct EndpointError {
    endpoint: String,
    kind: EndpointErrorKind,
}

/// A message that did not reach the collector or the agent; says where it was going and why it failed.
#[derive(Debug)]
pub struct SendError {
    target: String,
    kind: SendErrorKind,
}

/// Why spans were lost on their way out; each cause has its own counter in [`ExportStats`](crate::ExportStats).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureCause {
    /// Nobody listens at the endpoint, or its host name is unknown.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The collector answered with a status other than 2xx.
    Rejected,
    /// Any other input/output or protocol error.
    Other,
}

#[derive(Debug)]
pub(crate) enum EndpointErrorKind {
    Url {
        reason: String,
        example: &'static str,
    },
    Scheme {
        example: &'static str,
    },
    Tls,
    Credentials,
    Fragment,
    Address,
    HeaderName,
    HeaderValue,
    /// What is not there in PEM.
    #[cfg(feature = "tls")]
    Pem(&'static str),
}

#[derive(Debug)]
pub(crate) enum SendErrorKind {
    Refused,
    UnknownHost,
    Timeout(Duration),
    /// Nobody has taken the connection.
    Unconnected(Duration),
    Status {
        status: u16,
        reason: String,
        retry_after: Option<Duration>,
        body: String,
    },
    Io(io::Error),
    Http(String),
}

// === impl EndpointError ===

impl EndpointError {
    pub(crate) fn new(endpoint: &str, kind: EndpointErrorKind) -> Self {
        // A password in a URL must not reach a log by way of an error message, whatever else is wrong with it.
        let endpoint = match endpoint.rsplit_once('@') {
            Some((_, host)) => format!("...@{host}"),
            None => endpoint.to_owned(),
        };
        Self { endpoint, kind }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = &self.endpoint;
        match &self.kind {
            EndpointErrorKind::Url { reason, example } => {
                write!(f, "expected a URL such as {example}, found {endpoint:?}: {reason}")
            }
            EndpointErrorKind::Scheme { example } => {
                write!(f, "expected a URL such as {example}, found {endpoint:?}")
            }
            EndpointErrorKind::Tls => {
                write!(
                    f,
                    "TLS is not built in, so {endpoint:?} cannot be reached: use http://, or the feature tls"
                )
            }
            EndpointErrorKind::Credentials => {
                write!(f, "expected a URL without a user name and password, found {endpoint:?}")
            }
            EndpointErrorKind::Fragment => write!(f, "expected a URL without a fragment, found {endpoint:?}"),
            EndpointErrorKind::HeaderName => {
                write!(f, "expected the name of a header that HTTP can carry, found {endpoint:?}")
            }
            #[cfg(feature = "tls")]
            EndpointErrorKind::Pem(what) => write!(f, "expected a {what} in PEM"),
            // The value may be a secret.
            EndpointErrorKind::HeaderValue => {
                write!(f, "expected printable ASCII as the value of the header {endpoint:?}")
            }
            EndpointErrorKind::Address => {
                write!(
                    f,
                    "expected host:port such as localhost:6831 as address of the agent, found {endpoint:?}"
                )
            }
        }
    }
}

impl error::Error for EndpointError {}

// === impl SendError ===

impl SendError {
    pub(crate) fn new(target: &str, kind: SendErrorKind) -> Self {
        Self { target: target.to_owned(), kind }
    }

    pub(crate) fn from_io(target: &str, error: io::Error, timeout: Duration) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused => SendErrorKind::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => SendErrorKind::Timeout(timeout),
            _ => SendErrorKind::Io(error),
        };
        Self::new(target, kind)
    }

    /// The cause under which the spans of this message are counted.
    pub fn cause(&self) -> FailureCause {
        match self.kind {
            SendErrorKind::Refused | SendErrorKind::UnknownHost | SendErrorKind::Unconnected(_) => {
                FailureCause::Unreachable
            }
            SendErrorKind::Timeout(_) => FailureCause::Timeout,
            SendErrorKind::Status { .. } => FailureCause::Rejected,
            SendErrorKind::Io(_) | SendErrorKind::Http(_) => FailureCause::Other,
        }
    }
}

impl SendError {
    /// Whether the same message may get through later: there was no connection, or it broke, or the collector says that it is
    /// overloaded or broken (429, 5xx). Not where it refuses the message itself, nor where it may have taken it and has not said so.
    pub fn is_temporary(&self) -> bool {
        match &self.kind {
            SendErrorKind::Refused
            | SendErrorKind::UnknownHost
            | SendErrorKind::Unconnected(_)
            | SendErrorKind::Io(_) => true,
            SendErrorKind::Status { status, .. } => *status == 429 || *status >= 500,
            SendErrorKind::Timeout(_) | SendErrorKind::Http(_) => false,
        }
    }

    /// The status with which the collector answered, if it did.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            SendErrorKind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the collector asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            SendErrorKind::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: ", self.target)?;
        match &self.kind {
            SendErrorKind::Refused => f.write_str("connection refused"),
            SendErrorKind::UnknownHost => f.write_str("host name not found"),
            SendErrorKind::Timeout(timeout) => write!(f, "no answer within {timeout:?}"),
            SendErrorKind::Unconnected(timeout) => write!(f, "no connection within {timeout:?}"),
            SendErrorKind::Status { reason, body, .. } if body.is_empty() => write!(f, "status {reason}"),
            SendErrorKind::Status { reason, body, .. } => write!(f, "status {reason}: {body}"),
            SendErrorKind::Io(error) => error.fmt(f),
            SendErrorKind::Http(reason) => f.write_str(reason),
        }
    }
}

impl error::Error for SendError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            SendErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}
