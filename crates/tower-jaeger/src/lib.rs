#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod client;
mod current;
mod debug_ids;
#[cfg(feature = "axum")]
mod extractors;
mod filter;
mod follows_from;
mod future;
mod global_tracer;
mod grpc;
mod hooks;
mod operation_name;
mod outcome;
mod protocol;
mod request_head;
mod request_span;
mod server;
mod settings;
mod shared;
mod tags;
#[cfg(feature = "tracing")]
mod tracing_bridge;
mod trust;
mod url;

pub use body::ResponseBody;
pub use client::{Client, ClientLayer};
pub use current::{current_baggage, current_span, with_baggage};
pub use debug_ids::DebugIds;
#[cfg(feature = "axum")]
pub use extractors::{CurrentBaggage, CurrentSpan};
pub use filter::Filter;
pub use follows_from::follows_from;
pub use future::ResponseFuture;
pub use global_tracer::GlobalTracer;
pub use hooks::ResponseHead;
pub use outcome::Outcome;
pub use request_head::RequestHead;
pub use server::{Server, ServerLayer};
#[cfg(feature = "tracing")]
pub use tracing_bridge::{EventLayer, TraceIdWriter, WithTraceId};
pub use trust::Trust;
