//! Where spans go in these benches: receivers that cost as little as can be, because they share the machine.

mod agent;
mod collector;
mod keeping_agent;
#[cfg(feature = "exporters")]
mod otlp;

#[cfg(feature = "exporters")]
pub(crate) use self::otlp::OtlpGrpc;
pub(crate) use self::{
    agent::Agent,
    collector::{ACCEPTED, Collector, body_length},
    keeping_agent::KeepingAgent,
};
