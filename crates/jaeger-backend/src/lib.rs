#![doc = include_str!("../README.md")]

mod backend;

mod admin;
mod answer;
mod ingest;
mod page;
mod query;
mod sampling;

mod room;
mod turns;

mod adjust;
mod json;
mod store;

pub use self::{
    backend::{Backend, BackendBuilder, Listener, StartError, WaitError},
    store::{ParseTraceIdError, ReceivedSpan, Source, Stats, Store, Trace, TraceId, TreeDifference},
};
