//! The collector's HTTP port: batches in binary Thrift.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jaeger_thrift::{Batch, Binary};

use super::body::{self, Compression, media_type};
use crate::answer::{not_found, plain_text};
use crate::store::{Source, Store};

/// What a client may call binary Thrift.
const THRIFT_TYPES: [&str; 2] = ["application/x-thrift", "application/vnd.apache.thrift.binary"];

/// The routes of the collector.
pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new().route("/api/traces", post(receive)).fallback(not_found).with_state(store)
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
    let unable = |reason: String| format!("Unable to process request body: {reason}");
    check_type(request.headers()).map_err(|reason| (StatusCode::BAD_REQUEST, reason))?;
    let decode = |body: &[u8]| {
        Batch::decode::<Binary>(body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
    };
    // As in Jaeger v1, a compressed body is none that it knows.
    let read = body::read(request, Compression::Ignored, decode).await;
    read.map_err(|(status, reason)| (status, unable(reason)))
}

/// Accepts the media types of Thrift, with any well-formed parameters.
fn check_type(headers: &HeaderMap) -> Result<(), String> {
    let media_type = media_type(headers).map_err(|reason| format!("Cannot parse content type: {reason}"))?;
    match THRIFT_TYPES.contains(&media_type.as_str()) {
        true => Ok(()),
        false => Err(format!("Unsupported content type: {media_type}")),
    }
}
