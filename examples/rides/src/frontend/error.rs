//! Why there is no ride.

use std::{error, fmt};

use axum::http::StatusCode;

use crate::call_error::CallError;

/// Each has a status and a text for people.
#[derive(Debug)]
pub(super) enum DispatchError {
    /// What was asked for is no customer's number.
    BadCustomer(Option<String>),
    UnknownCustomer(u32),
    /// A service, and why it has no answer.
    Upstream(&'static str, CallError),
}

// === impl DispatchError ===

impl DispatchError {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::BadCustomer(_) => StatusCode::BAD_REQUEST,
            Self::UnknownCustomer(_) => StatusCode::NOT_FOUND,
            Self::Upstream(_, error) => error.gateway_status(),
        }
    }
}

impl fmt::Display for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCustomer(None) => f.write_str("expected /dispatch?customer=NUMBER, found no customer"),
            Self::BadCustomer(Some(text)) => {
                write!(f, "expected /dispatch?customer=NUMBER, found {text:?}")
            }
            Self::UnknownCustomer(id) => write!(f, "there is no customer {id}"),
            Self::Upstream(service, error) => write!(f, "{service} {error}"),
        }
    }
}

impl error::Error for DispatchError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Upstream(_, error) => Some(error),
            _ => None,
        }
    }
}
