//! Trace ids of 64 bits on the SDK.

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// Gives traces ids of 63 bits, as Jaeger's clients do by default.
#[derive(Debug, Default)]
pub(crate) struct ShortTraceIds(RandomIdGenerator);

// === impl ShortTraceIds ===

impl IdGenerator for ShortTraceIds {
    fn new_trace_id(&self) -> TraceId {
        loop {
            let id = u64::from_be_bytes(self.new_span_id().to_bytes()) >> 1;
            if id != 0 {
                return TraceId::from(u128::from(id));
            }
        }
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}
