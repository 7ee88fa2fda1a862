#![cfg_attr(feature = "http", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "http"), doc = "Reads and writes trace headers: Jaeger's, W3C's and B3's.")]

mod b3;
mod baggage;
mod binary;
mod carrier;
mod counters;
mod error;
mod extract;
mod flags;
mod format;
mod global;
mod header_names;
mod header_text;
mod id;
mod inject;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod percent;
mod propagator;
mod rate_limiter;
mod span_context;
mod w3c;

pub use baggage::{Baggage, BaggageLimits};
#[cfg(feature = "http")]
pub use carrier::GrpcHeaders;
pub use carrier::{CarrierFormat, ExtractCarrier, InjectCarrier, Written};
pub use counters::{BaggageDrop, PropagationCounters};
pub use error::{ExtractError, MalformedPart};
pub use extract::Extracted;
pub use flags::Flags;
pub use format::Format;
pub use header_names::{HeaderNames, HeaderNamesError};
pub use header_text::HeaderText;
pub use id::{ParseIdError, SpanId, TraceId};
#[cfg(feature = "opentelemetry")]
pub use opentelemetry::{BaggageRestrictions, JaegerState, LateState, span_context_of, with_trace_of};
pub use propagator::Propagator;
pub use rate_limiter::RateLimiter;
pub use span_context::SpanContext;
