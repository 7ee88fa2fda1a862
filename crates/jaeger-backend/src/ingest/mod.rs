//! The doors through which spans come in.

mod agent;
mod collector;

pub(crate) use agent::receive_packets;
pub(crate) use collector::router;
