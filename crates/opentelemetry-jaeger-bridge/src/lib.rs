#![doc = include_str!("../README.md")]

mod exporter;

mod convert;
mod endpoint;
mod http_client;
mod no_runtime;
mod pipeline;

pub use endpoint::EndpointError;
pub use exporter::BridgeExporter;

/// The conversion alone, for who measures it; no part of the interface.
#[doc(hidden)]
pub use convert::{resource as convert_resource, span as convert_span};
