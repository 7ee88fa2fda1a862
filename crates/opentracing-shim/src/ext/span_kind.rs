//! Which end of which kind of call.

use crate::Value;

/// The values of the tag `span.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Who calls.
    Client,
    /// Who is called.
    Server,
    /// Who sends a message.
    Producer,
    /// Who receives it.
    Consumer,
}

// === impl SpanKind ===

impl SpanKind {
    /// As the tag has it: `client`, `server`, `producer`, `consumer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl From<SpanKind> for Value {
    fn from(kind: SpanKind) -> Self {
        kind.as_str().into()
    }
}
