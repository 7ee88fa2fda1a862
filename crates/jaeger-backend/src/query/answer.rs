//! Answers and errors of the query API.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;
use tokio::sync::Semaphore;

use super::params::Params;
use crate::answer::plain_text;
use crate::json::Envelope;
use crate::room::{NoRoom, Room, Share};
use crate::turns::in_turn;

/// Searches, and answers with traces, that are made at once, in all backends of the program; more wait.
static MAKERS: Semaphore = Semaphore::const_new(2);

/// For all answers that are still being read.
static ROOM: Room = Room::new(256);

/// An answer's text with its share of the room, until the last byte is sent.
struct Held {
    text: Vec<u8>,
    _share: Share,
}

/// An error answer. Jaeger sends them as text, with a line end, although they are JSON.
#[derive(Debug)]
pub(super) struct QueryError {
    status: StatusCode,
    message: String,
}

/// Makes an answer where that keeps no other request waiting.
pub(super) async fn make(
    work: impl FnOnce() -> Result<Response, QueryError> + Send + 'static,
) -> Result<Response, QueryError> {
    let failed = || Err(QueryError::internal("the search failed".to_owned()));
    in_turn(&MAKERS, work).await.unwrap_or_else(failed)
}

/// A good answer; indented if the query has `prettyPrint`.
pub(super) fn answer<T: Serialize>(params: &Params, body: &Envelope<T>) -> Result<Response, QueryError> {
    let text = if params.flag("prettyPrint") { indented(body) } else { serde_json::to_vec(body) };
    let text = text.map_err(|error| QueryError::internal(error.to_string()))?;
    let mut share = ROOM.share();
    share.grow_to(text.len()).map_err(|NoRoom| QueryError::busy())?;
    let text = Bytes::from_owner(Held { text, _share: share });
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from(text)).into_response())
}

fn indented<T: Serialize>(body: &T) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    body.serialize(&mut serializer)?;
    Ok(text)
}

// === impl Held ===

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

// === impl QueryError ===

impl QueryError {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(super) fn trace_not_found() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "trace not found".to_owned() }
    }

    fn busy() -> Self {
        let message = "too many answers are being read; try again".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message }
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
