//! OpenTelemetry's protocol: by gRPC, and by HTTP with protobuf and JSON.

mod grpc;
mod http;
mod json;
mod span;
mod value;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use crate::store::Incoming;

pub(crate) use self::{grpc::grpc_router, http::http_router, span::batch as batch_of_resource};

/// The spans of a request as Jaeger's, a batch for each resource.
///
/// Nothing of a request is taken in when an id of it has a wrong length; the reason is the answer.
fn batches(request: ExportTraceServiceRequest) -> Result<Vec<Incoming>, String> {
    request.resource_spans.into_iter().map(batch_of_resource).collect()
}
