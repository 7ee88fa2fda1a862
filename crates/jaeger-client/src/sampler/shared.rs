//! One sampler for both engines.

use std::sync::Arc;

use jaeger_tracer::{Decision, Sampler};
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// A sampler as either engine asks it.
#[derive(Clone, Debug)]
pub(crate) struct SharedSampler(pub(crate) Arc<dyn Sampler>);

// === impl SharedSampler ===

impl Sampler for SharedSampler {
    fn sample(&self, trace_id: TraceId, operation: &str) -> Decision {
        self.0.sample(trace_id, operation)
    }
}

impl ShouldSample for SharedSampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        _span_kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[Link],
    ) -> SamplingResult {
        let Decision { is_sampled, sampler_type, param, .. } = self.0.sample(trace_id, name);
        let attributes = match (is_sampled, sampler_type) {
            (false, _) | (_, "") => Vec::new(),
            _ => vec![KeyValue::new("sampler.type", sampler_type), KeyValue::new("sampler.param", param)],
        };
        let trace_state = parent_context.map(|context| context.span().span_context().trace_state().clone());
        SamplingResult {
            decision: if is_sampled { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop },
            attributes,
            trace_state: trace_state.unwrap_or_default(),
        }
    }
}
