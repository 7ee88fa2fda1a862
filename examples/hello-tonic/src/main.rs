//! A gRPC service and its client with Jaeger tracing.

fn main() {}
