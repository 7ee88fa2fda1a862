#![doc = include_str!("../README.md")]

mod exporter;
mod reporter;

mod agent;
mod backoff;
mod collector;
mod convert;
mod cut_down;
mod delivery;
mod flags;
mod in_memory;
mod packing;
mod process;
mod sender;
mod transport;

mod error;
mod stats;

pub use self::{
    backoff::Backoff,
    error::{EndpointError, FailureCause, SendError},
    exporter::JaegerExporter,
    flags::{FLAGS_ATTRIBUTE, FlagsProcessor, flags_of},
    in_memory::InMemoryReporter,
    process::{process_of, with_process_tags},
    reporter::{Health, OnChange, Reporter, ReporterBuilder, ReporterStats, panic_message},
    sender::{BatchSender, WireProtocol},
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, DEFAULT_TIMEOUT, HttpTransport, UdpTransport},
};

/// How OpenTelemetry's values become Jaeger's: what the native tracer does in the same way, and whole spans of the SDK.
pub mod mapping {
    pub use crate::convert::{
        EventName, MAX_TAG_VALUE_BYTES, cut, encode_span, parent_ref_type, ref_type, text_of_no_number,
        with_tag,
    };
}
