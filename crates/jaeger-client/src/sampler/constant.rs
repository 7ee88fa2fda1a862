//! The sampler `const`: every trace or none.

use jaeger_tracer::{Decision, Sampler, SamplerParam};
use opentelemetry::trace::TraceId;

/// Samples every trace or none, and says so in the tags `sampler.type` (`const`) and `sampler.param` (a bool).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConstSampler {
    decision: bool,
}

// === impl ConstSampler ===

impl ConstSampler {
    /// Samples every trace (`true`) or none.
    pub const fn new(decision: bool) -> Self {
        Self { decision }
    }

    /// Whether it samples.
    pub const fn decision(&self) -> bool {
        self.decision
    }
}

impl Sampler for ConstSampler {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        Decision::new(self.decision, "const", SamplerParam::Bool(self.decision))
    }
}
