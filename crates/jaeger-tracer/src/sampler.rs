//! Which traces are recorded.

use std::fmt;

use opentelemetry::{Value, trace::TraceId};

/// Decides whether a trace is recorded, when it begins: its root asks, and every span below has the same decision.
///
/// Callers' decisions and debug ids come before it; it is not asked about those.
pub trait Sampler: fmt::Debug + Send + Sync {
    /// Whether the trace with this id, which begins with this operation, is recorded.
    fn sample(&self, trace_id: TraceId, operation: &str) -> Decision;
}

/// What a sampler says of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// Whether it is recorded.
    pub is_sampled: bool,
    /// The root's tag `sampler.type`, such as `const`; empty for none.
    pub sampler_type: &'static str,
    /// The root's tag `sampler.param`.
    pub param: SamplerParam,
}

/// The number of a sampler that decided, as its tag has it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SamplerParam {
    /// Of `const`.
    Bool(bool),
    /// Of `probabilistic`, a probability, and of the others, traces per second.
    Double(f64),
}

// === impl Decision ===

impl Decision {
    /// A decision with the tags that Jaeger's clients put on the root of a trace that is recorded.
    pub const fn new(is_sampled: bool, sampler_type: &'static str, param: SamplerParam) -> Self {
        Self { is_sampled, sampler_type, param }
    }
}

// === impl SamplerParam ===

impl From<SamplerParam> for Value {
    fn from(param: SamplerParam) -> Self {
        match param {
            SamplerParam::Bool(param) => param.into(),
            SamplerParam::Double(param) => param.into(),
        }
    }
}
