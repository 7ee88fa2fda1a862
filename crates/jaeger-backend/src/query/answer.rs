//! Answers and errors of the query API.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

use super::params::Params;
use crate::answer::plain_text;
use crate::json::Envelope;

/// An error answer. Jaeger sends them as text, with a line end, although they are JSON.
#[derive(Debug)]
pub(super) struct QueryError {
    status: StatusCode,
    message: String,
}

/// A good answer; indented if the query has `prettyPrint`.
pub(super) fn answer<T: Serialize>(params: &Params, body: &Envelope<T>) -> Result<Response, QueryError> {
    let text = if params.flag("prettyPrint") { indented(body) } else { serde_json::to_vec(body) };
    let text = text.map_err(|error| QueryError::internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

fn indented<T: Serialize>(body: &T) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    body.serialize(&mut serializer)?;
    Ok(text)
}

// === impl QueryError ===

impl QueryError {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(super) fn trace_not_found() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "trace not found".to_owned() }
    }

    fn internal(message: String) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message }
    }
}

impl IntoResponse for QueryError {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&Envelope::error(self.status.as_u16(), self.message));
        plain_text(self.status, body.unwrap_or_default())
    }
}
