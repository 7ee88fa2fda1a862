//! The sampler `probabilistic`: a part of all traces.

use jaeger_tracer::{Decision, Sampler, SamplerParam};
use opentelemetry::trace::TraceId;

/// Samples a part of all traces, by their ids: services that ask about the same trace with the same probability decide alike.
///
/// It says so in the tags `sampler.type` (`probabilistic`) and `sampler.param`, the probability. The arithmetic is that of Jaeger's
/// clients, on the low 63 bits of the id.
///
/// ```
/// use jaeger_client::{Config, ProbabilisticSampler};
///
/// let config = Config::new("busy").with_sampler(ProbabilisticSampler::new(0.001));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbabilisticSampler {
    probability: f64,
    boundary: u64,
}

/// Bit 63 does not count: in some clients ids are signed.
const MAX_ID: u64 = u64::MAX >> 1;

// === impl ProbabilisticSampler ===

impl ProbabilisticSampler {
    /// Samples with a probability from 0 to 1; what is beyond is 0 or 1, and what is not a number 0.
    pub fn new(probability: f64) -> Self {
        let probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
        Self { probability, boundary: (MAX_ID as f64 * probability) as u64 }
    }

    /// The probability.
    pub const fn probability(&self) -> f64 {
        self.probability
    }
}

impl Sampler for ProbabilisticSampler {
    fn sample(&self, trace_id: TraceId, _: &str) -> Decision {
        let low = u128::from_be_bytes(trace_id.to_bytes()) as u64 & MAX_ID;
        let is_sampled = self.probability > 0.0 && low <= self.boundary;
        Decision::new(is_sampled, "probabilistic", SamplerParam::Double(self.probability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sampled(probability: f64, low: u64) -> bool {
        ProbabilisticSampler::new(probability).sample(TraceId::from(u128::from(low) | 7 << 64), "").is_sampled
    }

    #[test]
    fn the_low_63_bits_of_the_id_decide() {
        let half = MAX_ID / 2;
        assert!(is_sampled(0.5, half - 1_000) && !is_sampled(0.5, half + 1_000));
        assert!(is_sampled(0.5, 1 << 63), "bit 63 does not count");
        for low in [0, 1, half, MAX_ID, u64::MAX] {
            assert!(is_sampled(1.0, low) && is_sampled(2.0, low), "{low}");
            assert!(!is_sampled(0.0, low) && !is_sampled(-1.0, low) && !is_sampled(f64::NAN, low), "{low}");
        }
    }
}
