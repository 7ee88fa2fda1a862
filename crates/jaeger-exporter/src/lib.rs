#![doc = include_str!("../README.md")]

mod exporter;
mod reporter;

mod agent;
mod collector;
mod convert;
mod flags;
mod packing;
mod process;
mod transport;

mod error;
mod stats;

pub use self::{
    error::{EndpointError, FailureCause, SendError},
    exporter::JaegerExporter,
    flags::{FLAGS_ATTRIBUTE, FlagsProcessor, flags_of},
    reporter::{Reporter, ReporterBuilder, ReporterStats},
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, DEFAULT_TIMEOUT, HttpTransport, UdpTransport},
};
