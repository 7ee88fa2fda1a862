//! OTLP as the way of the spans.

use super::{Config, destination::Destination};
#[cfg(feature = "otlp-grpc")]
use crate::otlp::OtlpGrpcExporter;
#[cfg(feature = "otlp")]
use crate::otlp::OtlpHttpExporter;

// === impl Config ===

impl Config {
    /// Sends OTLP by HTTP (`http/protobuf`), which Jaeger receives since v1.35: for example `http://localhost:4318/v1/traces`. The
    /// engine is then the OpenTelemetry SDK.
    ///
    /// A URL without a path gets `/v1/traces`. The headers and the authentication for a collector are sent with it. An overloaded
    /// receiver is asked again, up to three times within 5 seconds.
    #[cfg(feature = "otlp")]
    #[must_use]
    pub fn with_otlp_endpoint(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.destination =
            Destination::other(url.clone(), move |headers| OtlpHttpExporter::new(&url, headers));
        self
    }

    /// Sends OTLP by gRPC, for example to `http://localhost:4317`; otherwise as [`with_otlp_endpoint`](Self::with_otlp_endpoint). The
    /// program needs no async runtime for it.
    #[cfg(feature = "otlp-grpc")]
    #[must_use]
    pub fn with_otlp_grpc_endpoint(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.destination =
            Destination::other(url.clone(), move |headers| OtlpGrpcExporter::new(&url, headers));
        self
    }
}
