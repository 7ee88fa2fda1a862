//! axum-tracing-opentelemetry, and for gRPC the same project's tonic-tracing-opentelemetry.

use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use tonic_tracing_opentelemetry::middleware::server::OtelGrpcLayer;

use super::Subject;

pub const SUBJECT: Subject = Subject {
    name: "axum-tracing-opentelemetry",
    http: |app| app.layer(OtelAxumLayer::default()),
    grpc: |app| app.layer(OtelGrpcLayer::default()),
};
