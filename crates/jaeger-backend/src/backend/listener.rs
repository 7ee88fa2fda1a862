//! The three doors of the backend.

use std::fmt;

/// One of the backend's listeners; complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listener {
    /// HTTP: the page and the query API.
    Query,
    /// HTTP: `POST /api/traces`.
    Collector,
    /// UDP: compact `emitBatch`.
    Agent,
}

// === impl Listener ===

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Query => "query",
            Self::Collector => "collector",
            Self::Agent => "agent",
        })
    }
}
