#![doc = include_str!("../README.md")]

mod exporter;

mod convert;
mod endpoint;
mod http_client;
mod no_runtime;
mod pipeline;

pub use endpoint::EndpointError;
pub use exporter::BridgeExporter;
