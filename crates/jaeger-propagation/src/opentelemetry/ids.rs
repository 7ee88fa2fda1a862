//! Ids, to and from OpenTelemetry's.

use crate::{SpanId, TraceId};

impl From<TraceId> for opentelemetry::trace::TraceId {
    fn from(id: TraceId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<opentelemetry::trace::TraceId> for TraceId {
    fn from(id: opentelemetry::trace::TraceId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<SpanId> for opentelemetry::trace::SpanId {
    fn from(id: SpanId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<opentelemetry::trace::SpanId> for SpanId {
    fn from(id: opentelemetry::trace::SpanId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}
