//! `TraceService/Export`, the port 4317.

use std::sync::Arc;

use axum::Router;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tonic::{Request, Response, Status, codec::CompressionEncoding, service::Routes};
use tower::limit::GlobalConcurrencyLimitLayer;

use super::batches;
use crate::store::{Source, Store};

/// Jaeger's own bound: gRPC's default in Go.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Calls that are read at once; more wait.
const MAX_CALLS: usize = 32;

#[derive(Debug)]
struct Receiver {
    store: Arc<Store>,
}

/// The service, as routes of an HTTP/2 server.
pub(crate) fn grpc_router(store: Arc<Store>) -> Router {
    let service = TraceServiceServer::new(Receiver { store })
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MAX_MESSAGE_BYTES);
    // What a slow client has sent so far is held until all is there.
    Routes::new(service).into_axum_router().layer(GlobalConcurrencyLimitLayer::new(MAX_CALLS))
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
            Err(reason) => {
                self.store.count_refused_body();
                Err(Status::invalid_argument(reason))
            }
        }
    }
}

/// The answer to what was taken in as a whole.
pub(super) fn accepted() -> ExportTraceServiceResponse {
    ExportTraceServiceResponse { partial_success: Some(ExportTracePartialSuccess::default()) }
}
