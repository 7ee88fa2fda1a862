#![doc = include_str!("../README.md")]

mod exporter;
mod reporter;

mod agent;
mod collector;
mod convert;
mod flags;
mod packing;
mod process;
mod sender;
mod transport;

mod error;
mod stats;

pub use self::{
    convert::{MAX_TAG_VALUE_BYTES, cut, ref_type, with_tag},
    error::{EndpointError, FailureCause, SendError},
    exporter::JaegerExporter,
    flags::{FLAGS_ATTRIBUTE, FlagsProcessor, flags_of},
    process::process_of,
    reporter::{Reporter, ReporterBuilder, ReporterStats},
    sender::{BatchSender, WireProtocol},
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, DEFAULT_TIMEOUT, HttpTransport, UdpTransport},
};
