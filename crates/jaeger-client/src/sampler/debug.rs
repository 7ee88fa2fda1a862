//! Requests that ask to be traced, by a `jaeger-debug-id` of their own.

use jaeger_propagation::JaegerState;
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// The tag of the root span by which a debug trace is found again; Jaeger's clients name it like the header.
const DEBUG_ID_TAG: &str = "jaeger-debug-id";

/// Samples a root whose request carried a debug id, whatever the other sampler would say; asks that one otherwise.
///
/// The root gets the id as tag `jaeger-debug-id`, and no `sampler.*` tags because no sampler was asked.
/// [`Config`](crate::Config) puts it in front of every sampler.
#[derive(Clone, Debug)]
pub struct DebugSampler {
    next: Box<dyn ShouldSample>,
}

// === impl DebugSampler ===

impl DebugSampler {
    /// Asks `next` about everything but debug requests.
    pub fn new(next: impl ShouldSample + 'static) -> Self {
        Self { next: Box::new(next) }
    }
}

impl ShouldSample for DebugSampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let root = parent_context.filter(|context| !context.span().span_context().is_valid());
        match root.and_then(JaegerState::from_context).and_then(JaegerState::debug_id) {
            Some(id) => SamplingResult {
                decision: SamplingDecision::RecordAndSample,
                attributes: vec![KeyValue::new(DEBUG_ID_TAG, id.to_owned())],
                trace_state: Default::default(),
            },
            None => self.next.should_sample(parent_context, trace_id, name, span_kind, attributes, links),
        }
    }
}
