//! The sampler `const`: every trace or none.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// Samples every trace or none, and says so in the tags `sampler.type` (`const`) and `sampler.param` (a bool).
///
/// Decides for each span it is asked about; [`Config`](crate::Config) asks it about roots only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConstSampler {
    decision: bool,
}

// === impl ConstSampler ===

impl ConstSampler {
    /// Samples every trace (`true`) or none.
    pub fn new(decision: bool) -> Self {
        Self { decision }
    }

    /// Whether it samples.
    pub fn decision(&self) -> bool {
        self.decision
    }
}

impl ShouldSample for ConstSampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        _trace_id: TraceId,
        _name: &str,
        _span_kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[Link],
    ) -> SamplingResult {
        let decision = if self.decision { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop };
        let attributes =
            vec![KeyValue::new("sampler.type", "const"), KeyValue::new("sampler.param", self.decision)];
        let trace_state = parent_context.map(|cx| cx.span().span_context().trace_state().clone());
        SamplingResult { decision, attributes, trace_state: trace_state.unwrap_or_default() }
    }
}
