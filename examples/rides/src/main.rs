//! A multi-service demo: frontend, customer, driver and route, over HTTP and gRPC.

fn main() {}
