//! `POST /v1/traces`, the port 4318.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::{batches, grpc::accepted, json::from_json};
use crate::{
    answer::{not_found, short_text},
    ingest::body::{self, Compression, Refusal, media_type},
    store::{Incoming, Source, Store},
};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

/// gRPC's codes, which the answers name.
const INVALID_ARGUMENT: i32 = 3;
const RESOURCE_EXHAUSTED: i32 = 8;

/// How a request is written, and its answer.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Json,
    Protobuf,
}

/// Why a request was not taken in: `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct ErrorStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The routes of the port.
pub(crate) fn http_router(store: Arc<Store>) -> Router {
    Router::new().route("/v1/traces", any(receive)).fallback(not_found).with_state(store)
}

async fn receive(State(store): State<Arc<Store>>, request: Request) -> Response {
    if request.method() != Method::POST {
        return short_text(
            StatusCode::METHOD_NOT_ALLOWED,
            "405 method not allowed, supported: [POST]".to_owned(),
        );
    }
    let Some(encoding) = Encoding::of(request.headers()) else {
        store.count_refused_body();
        let message = format!("415 unsupported media type, supported: [{JSON}, {PROTOBUF}]");
        return short_text(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    };
    match read(encoding, request).await {
        Ok(batches) => {
            batches.into_iter().for_each(|batch| store.take_in(batch, Source::Otlp));
            encoding.accepted()
        }
        Err((status, reason)) => {
            store.count_refused_body();
            encoding.refused(status, reason)
        }
    }
}

async fn read(encoding: Encoding, request: Request) -> Result<Vec<Incoming>, Refusal> {
    let decode = move |body: &[u8]| {
        let refused = |reason| (StatusCode::BAD_REQUEST, reason);
        let request = match encoding {
            Encoding::Json => from_json(body).map_err(|error| refused(error.to_string()))?,
            Encoding::Protobuf => {
                ExportTraceServiceRequest::decode(body).map_err(|error| refused(error.to_string()))?
            }
        };
        batches(request).map_err(refused)
    };
    body::read(request, Compression::Allowed, decode).await
}

// === impl Encoding ===

impl Encoding {
    fn of(headers: &HeaderMap) -> Option<Self> {
        match media_type(headers).ok()?.as_str() {
            JSON => Some(Self::Json),
            PROTOBUF => Some(Self::Protobuf),
            _ => None,
        }
    }

    fn accepted(self) -> Response {
        match self {
            Self::Json => self.answer(StatusCode::OK, r#"{"partialSuccess":{}}"#),
            Self::Protobuf => self.answer(StatusCode::OK, accepted().encode_to_vec()),
        }
    }

    fn refused(self, status: StatusCode, message: String) -> Response {
        let code = match status {
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::SERVICE_UNAVAILABLE => RESOURCE_EXHAUSTED,
            _ => INVALID_ARGUMENT,
        };
        match self {
            Self::Json => {
                let body = serde_json::json!({ "code": code, "message": message });
                self.answer(status, body.to_string())
            }
            Self::Protobuf => self.answer(status, ErrorStatus { code, message }.encode_to_vec()),
        }
    }

    fn answer(self, status: StatusCode, body: impl IntoResponse) -> Response {
        let content_type = match self {
            Self::Json => JSON,
            Self::Protobuf => PROTOBUF,
        };
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
        response
    }
}
