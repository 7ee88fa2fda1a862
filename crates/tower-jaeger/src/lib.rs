#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod captured_headers;
mod cause;
mod client;
mod conventions;
mod current;
mod debug_ids;
#[cfg(feature = "axum")]
mod extractors;
mod extras;
mod filter;
mod follows_from;
mod future;
mod global_tracer;
mod grpc;
mod metrics;
#[cfg(feature = "native")]
mod native;
#[cfg(not(feature = "native"))]
#[path = "native_absent.rs"]
mod native;
mod operation_name;
mod outcome;
mod peer;
mod protocol;
mod request_head;
mod request_span;
#[cfg(any(feature = "reqwest", feature = "reqwest-0_12"))]
mod reqwest_client;
mod resend_count;
mod response_header;
mod server;
mod settings;
mod shared;
mod tag_sink;
mod tags;
mod target;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(feature = "tracing")]
mod tracing_bridge;
mod trust;
mod url;

pub use body::ResponseBody;
pub use captured_headers::CapturedHeaders;
pub use client::{Client, ClientLayer};
pub use conventions::Conventions;
pub use current::{current_baggage, current_span, with_baggage};
pub use debug_ids::DebugIds;
#[cfg(feature = "axum")]
pub use extractors::{CurrentBaggage, CurrentSpan};
pub use extras::ResponseHead;
pub use filter::Filter;
pub use follows_from::follows_from;
pub use future::ResponseFuture;
pub use global_tracer::GlobalTracer;
pub use outcome::Outcome;
pub use peer::PeerAddress;
pub use request_head::RequestHead;
#[cfg(feature = "reqwest")]
pub use reqwest_client::reqwest;
#[cfg(feature = "reqwest-0_12")]
pub use reqwest_client::reqwest_0_12;
pub use resend_count::ResendCount;
pub use response_header::ResponseHeader;
pub use server::{Server, ServerLayer};
#[cfg(feature = "tracing")]
pub use tracing_bridge::{EventLayer, TraceIdWriter, WithTraceId};
pub use trust::Trust;
