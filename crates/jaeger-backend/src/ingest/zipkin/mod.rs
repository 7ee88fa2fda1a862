//! Zipkin's formats: JSON of both versions and the first version's Thrift by HTTP, and that Thrift in the agent's packets.
//!
//! What comes by HTTP goes through OpenTelemetry's spans, as in Jaeger v1.62: the rules are those of `translator/zipkin` of
//! opentelemetry-collector-contrib v0.111.0. What comes by UDP goes the way of Jaeger's agent.

mod attributes;
mod http;
mod packet;
mod sanitize;
mod status;
mod v1;
mod v1_json;
mod v1_thrift;
mod v2;

pub(crate) use self::{http::router, packet::batches_of_packet};
