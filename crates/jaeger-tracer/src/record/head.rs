//! Who a span is, and when: in OpenTelemetry's types, and as Thrift has them.

use jaeger_propagation::Flags;
use opentelemetry::trace::{SpanId, SpanKind, TraceId};

use crate::clock::Tick;

/// What is known of a span when it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) parent_id: SpanId,
    pub(crate) flags: Flags,
    pub(crate) start: Start,
}

/// When it started: by our own clock, or when the program says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    Tick(Tick),
    /// Nanoseconds since the Unix epoch.
    At(i64),
}

/// When it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Tick(Tick),
    At(std::time::SystemTime),
}

/// The times of a span that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(super) start_us: i64,
    pub(super) duration_us: i64,
}

/// The value of `span.kind`; empty for spans that have none.
pub(crate) fn kind_text(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "",
    }
}

/// Whole microseconds.
pub(super) fn micros(nanos: i64) -> i64 {
    nanos / 1_000
}

/// High and low half; Thrift has signed integers only, so the bits are kept and not the value.
pub(super) fn halves(id: TraceId) -> (i64, i64) {
    let id = u128::from_be_bytes(id.to_bytes());
    ((id >> 64) as i64, id as i64)
}

pub(super) fn signed(id: SpanId) -> i64 {
    i64::from_be_bytes(id.to_bytes())
}
