//! What answers at an address, whoever that is.

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty};
use serde_json::Value;
use tower::ServiceExt;

use crate::{call_error::CallError, http_client};

/// Of a foreign page, the beginning is enough.
const MAX_CHARS: usize = 60;

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    content_type: String,
    /// The time, by the clock of who answered.
    pub(super) date: Option<SystemTime>,
    body: Bytes,
}

// === impl Answer ===

impl Answer {
    /// What says the query API that would be at the same host and port as this URL?
    pub(super) async fn of_query_api(url: &str) -> Result<Self, CallError> {
        let uri: Uri = url.parse().map_err(CallError::unreadable)?;
        let host = uri.authority().ok_or_else(|| CallError::unreadable("no host"))?;
        Self::to(&format!("http://{host}/api/services")).await
    }

    /// To a GET.
    pub(super) async fn to(url: &str) -> Result<Self, CallError> {
        let request = Request::get(url).body(Empty::new()).map_err(CallError::unreadable)?;
        let client = http_client::plain();
        let (head, body) = client.oneshot(request).await.map_err(CallError::of_client)?.into_parts();
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let body = http_body_util::Limited::new(body, 1 << 20).collect();
        let body = tokio::time::timeout(http_client::TIMEOUT, body).await.map_err(CallError::slow)?;
        Ok(Self {
            status: head.status,
            content_type: header(header::CONTENT_TYPE).unwrap_or("no content type").to_owned(),
            date: header(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok()),
            body: body.map_err(CallError::of_client)?.to_bytes(),
        })
    }

    /// Whether it is what every answer of Jaeger's query API is: an object with `data`, `errors` or both.
    pub(super) fn is_of_jaeger(&self) -> bool {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json.get("data").is_some() || json.get("errors").is_some()
    }
}

/// For example `404 Not Found, text/plain: "404 page not found"`.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.body);
        let start: String = text.trim().chars().take(MAX_CHARS).collect();
        write!(f, "{}, {}: {start:?}", self.status, self.content_type)
    }
}
