//! The collector's HTTP port: batches in binary Thrift.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jaeger_thrift::{Batch, Binary};

use crate::answer::{not_found, plain_text};
use crate::store::{Source, Store};

/// Jaeger's own bound, where it has one.
const MAX_BODY_BYTES: usize = 20 * 1024 * 1024;

/// What a client may call binary Thrift.
const THRIFT_TYPES: [&str; 2] = ["application/x-thrift", "application/vnd.apache.thrift.binary"];

/// The routes of the collector.
pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/api/traces", post(receive))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(store)
}

/// `POST /api/traces`: 202 if the batch was taken in; otherwise nothing of it was.
async fn receive(State(store): State<Arc<Store>>, request: Request) -> Response {
    match read_batch(request).await {
        Ok(batch) => {
            store.receive(batch, Source::Collector);
            StatusCode::ACCEPTED.into_response()
        }
        Err((status, reason)) => {
            store.count_refused_body();
            plain_text(status, reason)
        }
    }
}

async fn read_batch(request: Request) -> Result<Batch, (StatusCode, String)> {
    let unable = |status, reason: String| (status, format!("Unable to process request body: {reason}"));
    let too_large = || unable(StatusCode::PAYLOAD_TOO_LARGE, format!("larger than {MAX_BODY_BYTES} bytes"));
    check_type(request.headers()).map_err(|reason| (StatusCode::BAD_REQUEST, reason))?;
    // A length that is announced need not be read to be refused.
    if request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(too_large());
    }
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => unable(status, rejection.body_text()),
    })?;
    Batch::decode::<Binary>(&body).map_err(|error| unable(StatusCode::BAD_REQUEST, error.to_string()))
}

/// Accepts the media types of Thrift, with any well-formed parameters.
fn check_type(headers: &HeaderMap) -> Result<(), String> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    if media_type.is_empty() {
        return Err("Cannot parse content type: mime: no media type".to_owned());
    }
    let is_parameter = |part: &str| part.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    if !parts.all(|part| part.is_empty() || is_parameter(part)) {
        return Err("Cannot parse content type: mime: invalid media parameter".to_owned());
    }
    match THRIFT_TYPES.contains(&media_type.as_str()) {
        true => Ok(()),
        false => Err(format!("Unsupported content type: {media_type}")),
    }
}
