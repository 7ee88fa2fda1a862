//! An axum service with Jaeger tracing.

fn main() {}
