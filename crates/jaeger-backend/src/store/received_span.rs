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
    /// What its times have beyond microseconds.
    pub(crate) rest: Rest,
}

/// Nanoseconds below a microsecond, of the formats that have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) start: i16,
    pub(crate) duration: i16,
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

/// The tag by which Jaeger's collector tells how a span came in.
pub(crate) const SOURCE_TAG: &str = "internal.span.format";

// === impl Source ===

impl Source {
    /// The value of [`SOURCE_TAG`].
    pub(crate) const fn as_tag(self) -> &'static str {
        match self {
            Self::Collector => "jaeger",
            // An agent hands on as Protocol Buffers what it receives.
            Self::Agent => "proto",
            Self::Otlp => "otlp",
            Self::Zipkin => "zipkin",
        }
    }
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

    /// Start and duration in nanoseconds.
    pub(crate) fn nanoseconds(&self) -> (i128, i128) {
        let of = |microseconds: i64, rest: i16| i128::from(microseconds) * 1000 + i128::from(rest);
        (of(self.span.start_time, self.rest.start), of(self.span.duration, self.rest.duration))
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
        TraceId::of_reference(reference) == TraceId::of(&self.span)
    }
}
