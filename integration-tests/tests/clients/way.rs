//! The ways from a client to the backend.

use jaeger_backend::{Backend, Listener};

/// A way, by the variables of the client that say where the backend is.
pub(crate) struct Way {
    pub(crate) environment: Vec<(&'static str, String)>,
    /// What the backend calls it, in the tag `internal.span.format`.
    pub(crate) format: &'static str,
}

/// By HTTP, in Jaeger's Thrift.
pub(crate) fn collector(backend: &Backend) -> Way {
    Way { environment: vec![("JAEGER_ENDPOINT", backend.collector_endpoint())], format: "jaeger" }
}

/// By UDP, in the compact protocol.
pub(crate) fn agent(backend: &Backend) -> Way {
    Way::udp(backend, Listener::Agent)
}

/// By UDP, in the binary protocol.
pub(crate) fn binary_agent(backend: &Backend) -> Way {
    Way::udp(backend, Listener::AgentBinary)
}

/// OpenTelemetry's protocol by HTTP, as `http/protobuf` or `http/json`.
pub(crate) fn otlp_http(backend: &Backend, protocol: &str) -> Way {
    Way::otlp(backend, Listener::OtlpHttp, protocol)
}

/// OpenTelemetry's protocol by gRPC.
pub(crate) fn otlp_grpc(backend: &Backend) -> Way {
    Way::otlp(backend, Listener::OtlpGrpc, "grpc")
}

// === impl Way ===

impl Way {
    pub(crate) fn with_gzip(mut self) -> Self {
        self.environment.push(("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip".to_owned()));
        self
    }

    fn udp(backend: &Backend, listener: Listener) -> Self {
        let address = backend.addr(listener);
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        Self { environment: vec![("JAEGER_AGENT_HOST", host), ("JAEGER_AGENT_PORT", port)], format: "proto" }
    }

    fn otlp(backend: &Backend, listener: Listener, protocol: &str) -> Self {
        let environment = vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", backend.addr(listener))),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_owned()),
        ];
        Self { environment, format: "otlp" }
    }
}
