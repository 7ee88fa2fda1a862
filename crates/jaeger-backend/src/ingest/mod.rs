//! The doors through which spans come in.

mod agent;
mod body;
mod collector;
mod otlp;
mod zipkin;

pub(crate) use agent::receive_packets;
pub(crate) use collector::router as collector_router;
pub(crate) use otlp::{grpc_router, http_router};
pub(crate) use zipkin::router as zipkin_router;
