//! The subjects: how each is put around an axum router, as its own documentation says.

mod axum_otel;
mod axum_tracing_opentelemetry;
mod opentelemetry_instrumentation_tower;
mod tower_jaeger;
mod tower_otel;

use axum::Router;

/// A layer under test.
pub struct Subject {
    /// The name of its package.
    pub name: &'static str,
    pub http: fn(Router) -> Router,
    pub grpc: fn(Router) -> Router,
}

pub const ALL: [Subject; 5] = [
    opentelemetry_instrumentation_tower::SUBJECT,
    tower_otel::SUBJECT,
    axum_tracing_opentelemetry::SUBJECT,
    axum_otel::SUBJECT,
    tower_jaeger::SUBJECT,
];
