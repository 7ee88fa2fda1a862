//! `TraceService/Export`, the port 4317.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{self, State},
    middleware, response,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio::sync::Semaphore;
use tonic::{Code, Request, Response, Status, body::Body, codec::CompressionEncoding, service::Routes};

use super::batches;
use crate::store::{Source, Store};

/// Jaeger's own bound: gRPC's default in Go.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Calls that are read at once, in all backends of the program; more wait. What a slow client has sent so far is held until all is
/// there.
static CALLS: Semaphore = Semaphore::const_new(32);

/// For a call that is read: 4 MiB, with others waiting behind it.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Receiver {
    store: Arc<Store>,
}

/// The service, as routes of an HTTP/2 server.
pub(crate) fn grpc_router(store: Arc<Store>) -> Router {
    let service = TraceServiceServer::new(Receiver { store: Arc::clone(&store) })
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MAX_MESSAGE_BYTES);
    Routes::new(service).into_axum_router().layer(middleware::from_fn_with_state(store, in_turn))
}

async fn in_turn(
    State(store): State<Arc<Store>>,
    request: extract::Request,
    next: middleware::Next,
) -> response::Response {
    let Ok(_turn) = CALLS.acquire().await else { return unavailable() };
    let answer = tokio::time::timeout(CALL_TIMEOUT, next.run(request)).await;
    let answer = answer.unwrap_or_else(|_| unavailable());
    // Whoever refuses it, this service or the reader of messages before it, says so in the head.
    if Status::from_header_map(answer.headers()).is_some_and(|status| status.code() != Code::Ok) {
        store.count_refused_body();
    }
    answer
}

/// What a client may send again.
fn unavailable() -> response::Response {
    Status::unavailable(format!("not received within {CALL_TIMEOUT:?}"))
        .into_http::<Body>()
        .map(axum::body::Body::new)
}

// === impl Receiver ===

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        match batches(request.into_inner()) {
            Ok(batches) => {
                batches.into_iter().for_each(|batch| self.store.take_in(batch, Source::Otlp));
                Ok(Response::new(accepted()))
            }
            Err(reason) => Err(Status::invalid_argument(reason)),
        }
    }
}

/// The answer to what was taken in as a whole.
pub(super) fn accepted() -> ExportTraceServiceResponse {
    ExportTraceServiceResponse { partial_success: Some(ExportTracePartialSuccess::default()) }
}
