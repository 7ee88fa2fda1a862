//! A plain hyper service and its client with Jaeger tracing.

fn main() {}
