//! Where spans go in these benches: receivers that cost as little as can be, because they share the machine.

mod agent;
mod collector;

pub(crate) use self::{
    agent::Agent,
    collector::{ACCEPTED, Collector, body_length},
};
