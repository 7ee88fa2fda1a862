#![cfg_attr(feature = "http", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "http"), doc = "Reads and writes Jaeger's trace headers.")]

mod baggage;
mod carrier;
mod counters;
mod error;
mod extract;
mod flags;
mod header_names;
mod id;
mod inject;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod percent;
mod propagator;
mod span_context;

pub use baggage::{Baggage, BaggageLimits};
#[cfg(feature = "http")]
pub use carrier::GrpcHeaders;
pub use carrier::{CarrierFormat, ExtractCarrier, InjectCarrier};
pub use counters::PropagationCounters;
pub use error::{ExtractError, MalformedPart};
pub use extract::Extracted;
pub use flags::Flags;
pub use header_names::HeaderNames;
pub use id::{ParseIdError, SpanId, TraceId};
#[cfg(feature = "opentelemetry")]
pub use opentelemetry::JaegerState;
pub use propagator::JaegerPropagator;
pub use span_context::{HeaderText, SpanContext};
