//! `POST /api/v2/spans` and `POST /api/v1/spans`, the port 9411.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use jaeger_thrift::{Binary, ZipkinSpan};
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;

use super::{v1::ToOtel, v1_json::JsonSpan, v2};
use crate::{
    answer::{not_found, plain_text},
    ingest::{
        body::{self, Compression, Refusal},
        otlp::batch_of_resource,
    },
    store::{Incoming, Source, Store},
};

/// The routes of the port.
pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/api/v2/spans", post(receive_v2))
        .route("/api/v1/spans", post(receive_v1))
        .fallback(not_found)
        .with_state(store)
}

async fn receive_v2(State(store): State<Arc<Store>>, request: Request) -> Response {
    answer(&store, read_v2(request).await)
}

async fn receive_v1(State(store): State<Arc<Store>>, request: Request) -> Response {
    answer(&store, read_v1(request).await)
}

/// 202 if all spans were taken in; otherwise none was.
fn answer(store: &Store, read: Result<Vec<Incoming>, Refusal>) -> Response {
    match read {
        Ok(batches) => {
            batches.into_iter().for_each(|batch| store.take_in(batch, Source::Zipkin));
            StatusCode::ACCEPTED.into_response()
        }
        Err((status, reason)) => {
            store.count_refused_body();
            plain_text(status, reason)
        }
    }
}

fn batches(resources: Vec<ResourceSpans>) -> Result<Vec<Incoming>, Refusal> {
    resources.into_iter().map(|resource| batch_of_resource(resource).map_err(bad)).collect()
}

/// Whatever its media type, it is JSON.
async fn read_v2(request: Request) -> Result<Vec<Incoming>, Refusal> {
    let decode = |body: &[u8]| {
        let spans: Vec<v2::Span> = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
        batches(v2::resources(spans).map_err(bad)?)
    };
    body::read(request, Compression::Allowed, decode).await
}

async fn read_v1(request: Request) -> Result<Vec<Incoming>, Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let is_thrift = content_type.is_some_and(|value| value.as_bytes() == b"application/x-thrift");
    let decode = move |body: &[u8]| {
        let mut spans = ToOtel::default();
        if is_thrift {
            let thrift = ZipkinSpan::decode_list::<Binary>(body).map_err(|error| bad(error.to_string()))?;
            thrift.into_iter().for_each(|span| spans.add(span.into()));
        } else {
            let json: Vec<JsonSpan> =
                serde_json::from_slice(body).map_err(|error| bad(format!("zipkinv1: {error}")))?;
            for span in json {
                spans.add(span.read().map_err(bad)?);
            }
        }
        batches(spans.resources())
    };
    body::read(request, Compression::Allowed, decode).await
}

fn bad(reason: String) -> Refusal {
    (StatusCode::BAD_REQUEST, reason)
}
