//! tower-otel, with `trace_body`: a layer for HTTP and one for gRPC.

use tower_otel::trace::{GrpcLayer, HttpLayer};
use tracing::Level;

use super::Subject;

pub const SUBJECT: Subject = Subject {
    name: "tower-otel",
    http: |app| app.layer(HttpLayer::server(Level::INFO).trace_body()),
    grpc: |app| app.layer(GrpcLayer::server(Level::INFO)),
};
