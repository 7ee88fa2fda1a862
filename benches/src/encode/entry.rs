//! The ways from a span's end to a socket, each with all defaults but what is said.

use std::error::Error;

use jaeger_exporter::BatchSender;
#[cfg(feature = "exporters")]
use opentelemetry_jaeger_bridge::BridgeExporter;

use super::{receiver::Receiver, way::Way};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    NativeCompact,
    NativeBinary,
    NativeHttp,
    ReporterUdp,
    ReporterHttp,
    #[cfg(feature = "exporters")]
    BridgeUdp,
    #[cfg(feature = "exporters")]
    BridgeHttp,
    #[cfg(feature = "exporters")]
    OtlpHttp,
    #[cfg(feature = "exporters")]
    OtlpGrpc,
}

// === impl Entry ===

impl Entry {
    pub(super) const ALL: &[Self] = &[
        Self::NativeCompact,
        Self::NativeBinary,
        Self::NativeHttp,
        Self::ReporterUdp,
        Self::ReporterHttp,
        #[cfg(feature = "exporters")]
        Self::BridgeUdp,
        #[cfg(feature = "exporters")]
        Self::BridgeHttp,
        #[cfg(feature = "exporters")]
        Self::OtlpHttp,
        #[cfg(feature = "exporters")]
        Self::OtlpGrpc,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NativeCompact => "native tracer, UDP, compact",
            Self::NativeBinary => "native tracer, UDP, binary",
            Self::NativeHttp => "native tracer, HTTP",
            Self::ReporterUdp => "SDK, Reporter and jaeger-exporter, UDP",
            Self::ReporterHttp => "SDK, Reporter and jaeger-exporter, HTTP",
            #[cfg(feature = "exporters")]
            Self::BridgeUdp => "SDK, batch processor, opentelemetry-jaeger, UDP",
            #[cfg(feature = "exporters")]
            Self::BridgeHttp => "SDK, batch processor, opentelemetry-jaeger, HTTP",
            #[cfg(feature = "exporters")]
            Self::OtlpHttp => "SDK, batch processor, OTLP, HTTP with protobuf",
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc => "SDK, batch processor, OTLP, gRPC",
        }
    }

    /// As an argument.
    pub(super) fn word(self) -> String {
        format!("{self:?}")
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entry| entry.word() == word)
    }

    pub(super) fn receiver(self) -> Receiver {
        match self {
            Self::NativeCompact | Self::ReporterUdp => Receiver::CompactAgent,
            Self::NativeBinary => Receiver::BinaryAgent,
            Self::NativeHttp | Self::ReporterHttp => Receiver::Collector,
            #[cfg(feature = "exporters")]
            Self::BridgeUdp => Receiver::CompactAgent,
            #[cfg(feature = "exporters")]
            Self::BridgeHttp => Receiver::Collector,
            #[cfg(feature = "exporters")]
            Self::OtlpHttp => Receiver::OtlpHttp,
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc => Receiver::OtlpGrpc,
        }
    }

    /// Starts it. An agent is sent to without a limit of bytes a second, because the one here loses nothing.
    pub(super) fn start(self, to: &str) -> Result<Way, Box<dyn Error>> {
        match self {
            Self::NativeCompact => Ok(Way::native(BatchSender::agent(to)?)),
            Self::NativeBinary => Ok(Way::native(BatchSender::binary_agent(to)?)),
            Self::NativeHttp => Ok(Way::native(BatchSender::collector(to)?)),
            Self::ReporterUdp => Ok(Way::reporter(BatchSender::agent(to)?)),
            Self::ReporterHttp => Ok(Way::reporter(BatchSender::collector(to)?)),
            #[cfg(feature = "exporters")]
            Self::BridgeUdp => Ok(Way::batch(BridgeExporter::agent(to)?)),
            #[cfg(feature = "exporters")]
            Self::BridgeHttp => Ok(Way::batch(BridgeExporter::collector(to)?)),
            #[cfg(feature = "exporters")]
            Self::OtlpHttp => Way::otlp_http(to),
            #[cfg(feature = "exporters")]
            Self::OtlpGrpc => Way::otlp_grpc(to),
        }
    }
}
