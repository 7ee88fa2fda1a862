#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod client;
mod debug_ids;
mod future;
mod global_tracer;
mod grpc;
mod operation_name;
mod outcome;
mod protocol;
mod request_span;
mod server;
mod shared;
mod tags;
mod url;

pub use body::ResponseBody;
pub use client::{Client, ClientLayer};
pub use debug_ids::DebugIds;
pub use future::ResponseFuture;
pub use global_tracer::GlobalTracer;
pub use outcome::Outcome;
pub use server::{Server, ServerLayer};
