//! The doors of the backend.

use std::fmt;

/// One of the backend's listeners; complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listener {
    /// HTTP: the page and the query API.
    Query,
    /// HTTP: `POST /api/traces` in binary Thrift.
    Collector,
    /// UDP: compact Thrift.
    Agent,
    /// UDP: binary Thrift, as the Node client sends it.
    AgentBinary,
    /// UDP: compact Thrift, for clients that speak Zipkin's format.
    AgentZipkin,
    /// gRPC: OpenTelemetry's protocol.
    OtlpGrpc,
    /// HTTP: OpenTelemetry's protocol, `POST /v1/traces`.
    OtlpHttp,
    /// HTTP: Zipkin's formats, `POST /api/v2/spans` and `/api/v1/spans`.
    Zipkin,
    /// HTTP: sampling strategies and baggage restrictions for clients.
    Sampling,
    /// HTTP: whether the backend is up.
    Admin,
}

// === impl Listener ===

impl Listener {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Query,
        Self::Collector,
        Self::Agent,
        Self::AgentBinary,
        Self::AgentZipkin,
        Self::OtlpGrpc,
        Self::OtlpHttp,
        Self::Zipkin,
        Self::Sampling,
        Self::Admin,
    ];

    /// The port of Jaeger's all-in-one.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Query => 16686,
            Self::Collector => 14268,
            Self::Agent => 6831,
            Self::AgentBinary => 6832,
            Self::AgentZipkin => 5775,
            Self::OtlpGrpc => 4317,
            Self::OtlpHttp => 4318,
            Self::Zipkin => 9411,
            Self::Sampling => 5778,
            Self::Admin => 14269,
        }
    }

    /// In lower case with hyphens, as options of programs have it: `otlp-grpc`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Collector => "collector",
            Self::Agent => "agent",
            Self::AgentBinary => "agent-binary",
            Self::AgentZipkin => "agent-zipkin",
            Self::OtlpGrpc => "otlp-grpc",
            Self::OtlpHttp => "otlp-http",
            Self::Zipkin => "zipkin",
            Self::Sampling => "sampling",
            Self::Admin => "admin",
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
