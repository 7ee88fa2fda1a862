//! A span as it was received, with the process that sent it.

use std::sync::Arc;

use jaeger_thrift::{Process, RefType, Span, SpanRef, TagValue};

use super::TraceId;

/// One span of a [`Trace`](super::Trace): what the client sent, unchanged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedSpan {
    /// The span itself.
    pub span: Span,
    /// The service and its process tags; shared by the spans of one process. A client that sent no service
    /// name is called `empty-service-name`, as in Jaeger.
    pub process: Arc<Process>,
    /// The door through which the span came in.
    pub source: Source,
}

/// The door through which a span came in; complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `POST /api/traces` with binary Thrift.
    Collector,
    /// A UDP packet.
    Agent,
    /// OpenTelemetry's protocol, by gRPC or HTTP.
    Otlp,
    /// Zipkin's formats, by HTTP.
    Zipkin,
}

// === impl ReceivedSpan ===

impl ReceivedSpan {
    /// Name of the service that made the span.
    pub fn service(&self) -> &str {
        &self.process.service_name
    }

    /// What the span did, for example `HTTP GET /dispatch`.
    pub fn operation(&self) -> &str {
        &self.span.operation_name
    }

    /// The value of the first tag of that key, if there is one.
    pub fn tag(&self, key: &str) -> Option<&TagValue> {
        self.span.tags.iter().find(|tag| tag.key == key).map(|tag| &tag.value)
    }

    /// The span's references, with its `parent_span_id` first as a ChildOf reference unless the span refers
    /// to that parent itself.
    pub fn references(&self) -> Vec<SpanRef> {
        let parent = SpanRef {
            ref_type: RefType::ChildOf,
            trace_id_low: self.span.trace_id_low,
            trace_id_high: self.span.trace_id_high,
            span_id: self.span.parent_span_id,
        };
        let names_parent =
            |reference: &SpanRef| reference.span_id == parent.span_id && self.is_in_same_trace(reference);
        let implied = parent.span_id != 0 && !self.span.references.iter().any(names_parent);
        implied.then_some(parent).into_iter().chain(self.span.references.iter().copied()).collect()
    }

    /// Id of the span below which this one belongs: its first ChildOf reference within the trace, or else
    /// its first FollowsFrom reference within the trace.
    pub fn parent_id(&self) -> Option<i64> {
        let references = self.references();
        let first = |wanted: RefType| {
            references.iter().find(|found| found.ref_type == wanted && self.is_in_same_trace(found))
        };
        first(RefType::ChildOf).or_else(|| first(RefType::FollowsFrom)).map(|found| found.span_id)
    }

    fn is_in_same_trace(&self, reference: &SpanRef) -> bool {
        TraceId::from_halves(reference.trace_id_high, reference.trace_id_low) == TraceId::of(&self.span)
    }
}
