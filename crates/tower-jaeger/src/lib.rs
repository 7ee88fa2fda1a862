#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod captured_headers;
mod cause;
mod client;
mod conventions;
mod debug_ids;
mod extras;
mod filter;
mod future;
mod global_tracer;
mod grpc;
mod metrics;
mod operation_name;
mod outcome;
mod peer;
mod protocol;
mod request_head;
mod request_span;
mod resend_count;
mod response_header;
mod server;
mod settings;
mod shared;
mod tags;
mod target;
#[cfg(feature = "tonic")]
mod tonic;
mod trust;
mod url;

pub use body::ResponseBody;
pub use captured_headers::CapturedHeaders;
pub use client::{Client, ClientLayer};
pub use conventions::Conventions;
pub use debug_ids::DebugIds;
pub use extras::ResponseHead;
pub use filter::Filter;
pub use future::ResponseFuture;
pub use global_tracer::GlobalTracer;
pub use outcome::Outcome;
pub use peer::PeerAddress;
pub use request_head::RequestHead;
pub use resend_count::ResendCount;
pub use response_header::ResponseHeader;
pub use server::{Server, ServerLayer};
pub use trust::Trust;
