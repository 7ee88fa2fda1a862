//! The sampler of one operation in a strategy per operation: a part of its traces, and some in any case.

use jaeger_propagation::RateLimiter;
use jaeger_tracer::{Decision, Sampler, SamplerParam};
use opentelemetry::trace::TraceId;

use super::ProbabilisticSampler;

/// Samples a part of all traces, and so many a second even if chance has chosen fewer: an operation that is seldom called is seen, too.
///
/// A trace that chance has chosen is signed by `sampler.type=probabilistic`, another one by `lowerbound`; `sampler.param` is the
/// probability of both. As in jaeger-client-go, the former count for the lower bound, too.
///
/// ```
/// use jaeger_client::{Config, GuaranteedThroughputSampler};
///
/// // One of a thousand, and one every ten seconds.
/// let config = Config::new("seldom").with_sampler(GuaranteedThroughputSampler::new(0.001, 0.1));
/// ```
#[derive(Debug)]
pub struct GuaranteedThroughputSampler {
    by_chance: ProbabilisticSampler,
    lower_bound: f64,
    limiter: RateLimiter,
}

// === impl GuaranteedThroughputSampler ===

impl GuaranteedThroughputSampler {
    /// Samples with a probability from 0 to 1, and at least so many traces a second; a lower bound of 0 guarantees none.
    pub fn new(probability: f64, lower_bound: f64) -> Self {
        Self {
            by_chance: ProbabilisticSampler::new(probability),
            lower_bound,
            limiter: RateLimiter::per_second(lower_bound),
        }
    }

    /// The same with other numbers. What its lower bound has granted lately still counts.
    pub(super) fn changed_to(&self, probability: f64, lower_bound: f64) -> Self {
        Self {
            by_chance: ProbabilisticSampler::new(probability),
            lower_bound,
            limiter: self.limiter.at_rate(lower_bound),
        }
    }

    pub(super) fn is(&self, probability: f64, lower_bound: f64) -> bool {
        self.by_chance == ProbabilisticSampler::new(probability) && self.lower_bound == lower_bound
    }
}

impl Sampler for GuaranteedThroughputSampler {
    fn sample(&self, trace_id: TraceId, operation: &str) -> Decision {
        let by_chance = self.by_chance.sample(trace_id, operation);
        let is_granted = self.limiter.grant();
        if by_chance.is_sampled {
            return by_chance;
        }
        Decision::new(is_granted, "lowerbound", SamplerParam::Double(self.by_chance.probability()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_UNLIKELY: u128 = (u64::MAX >> 1) as u128;

    fn sampled_by(
        sampler: &GuaranteedThroughputSampler,
        trace_id: u128,
    ) -> Option<(&'static str, SamplerParam)> {
        let decision = sampler.sample(TraceId::from(trace_id), "");
        decision.is_sampled.then_some((decision.sampler_type, decision.param))
    }

    #[test]
    fn what_chance_leaves_out_is_sampled_up_to_the_lower_bound() {
        let sampler = GuaranteedThroughputSampler::new(0.5, 2.0);
        let bound = Some(("lowerbound", SamplerParam::Double(0.5)));
        assert_eq!([1, 2, 3].map(|_| sampled_by(&sampler, MOST_UNLIKELY)), [bound, bound, None]);
        assert_eq!(sampled_by(&sampler, 1), Some(("probabilistic", SamplerParam::Double(0.5))));
    }

    #[test]
    fn what_chance_chooses_counts_for_the_lower_bound() {
        let sampler = GuaranteedThroughputSampler::new(0.5, 1.0);
        assert!(sampled_by(&sampler, 1).is_some());
        assert_eq!(sampled_by(&sampler, MOST_UNLIKELY), None);
    }

    #[test]
    fn a_lower_bound_of_nothing_guarantees_nothing() {
        assert_eq!(sampled_by(&GuaranteedThroughputSampler::new(0.5, 0.0), MOST_UNLIKELY), None);
    }

    #[test]
    fn other_numbers_do_not_fill_the_bucket_again() {
        let sampler = GuaranteedThroughputSampler::new(0.0, 1.0);
        assert!(sampled_by(&sampler, MOST_UNLIKELY).is_some());
        let changed = sampler.changed_to(0.25, 1.0);
        assert_eq!(sampled_by(&changed, MOST_UNLIKELY), None);
        assert!(changed.is(0.25, 1.0) && !changed.is(0.25, 2.0) && !changed.is(0.5, 1.0));
    }
}
