//! Why a span context cannot be read from a carrier.

use std::{error, fmt};

use jaeger_propagation::ExtractError;

/// There is no span context in a carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropagationError {
    /// There is none at all: no trace, no debug id and no baggage. A request that comes first.
    SpanContextNotFound,
    /// There is one that cannot be read.
    SpanContextCorrupted(ExtractError),
}

// === impl PropagationError ===

impl fmt::Display for PropagationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpanContextNotFound => f.write_str("opentracing: SpanContext not found in Extract carrier"),
            Self::SpanContextCorrupted(error) => {
                write!(f, "opentracing: SpanContext data corrupted in Extract carrier: {error}")
            }
        }
    }
}

impl error::Error for PropagationError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::SpanContextNotFound => None,
            Self::SpanContextCorrupted(error) => Some(error),
        }
    }
}
