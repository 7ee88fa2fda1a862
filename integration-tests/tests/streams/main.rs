//! Streams, upgrades and bodies over real sockets: each request has one span on each side, for as long as it lives.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod grpc;
mod http1;
mod http2;
mod support;
mod upgrade;

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from proto/streams.proto")]
#[path = "generated/streams.rs"]
mod streams;
