//! How tags are named.

/// How tags, and the operations of HTTP, are named. The default is [`OpenTracing`](Self::OpenTracing).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conventions {
    /// OpenTracing's names, as Jaeger's users search for them and the Go middlewares write them: `http.method`,
    /// `http.url`, `http.status_code`, `component`, `peer.*`, `error`.
    #[default]
    OpenTracing,
    /// OpenTelemetry's semantic conventions, the stable ones of HTTP and the current ones of RPC: `http.request.method`,
    /// `url.path`, `server.address`, `http.response.status_code`, `error.type`. Operations are `GET /users/{id}`.
    OpenTelemetry,
    /// The tags of both, and OpenTracing's operation names: for the time in which dashboards move.
    Both,
}

// === impl Conventions ===

impl Conventions {
    pub(crate) const fn has_opentracing(self) -> bool {
        matches!(self, Self::OpenTracing | Self::Both)
    }

    pub(crate) const fn has_opentelemetry(self) -> bool {
        matches!(self, Self::OpenTelemetry | Self::Both)
    }
}
