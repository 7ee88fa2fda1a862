//! The sampler `ratelimiting`: so many traces a second.

use jaeger_propagation::RateLimiter;
use jaeger_tracer::{Decision, Sampler, SamplerParam};
use opentelemetry::trace::TraceId;

/// Samples up to so many traces a second, and says so in the tags `sampler.type` (`ratelimiting`) and `sampler.param`, the rate.
///
/// As in Jaeger's clients it is a bucket that is full at first, has room for the traces of one second and for at least one, and leaks
/// at the rate: 2 a second are two at once and then one every half second; 0.1 a second is one every ten.
///
/// ```
/// use jaeger_client::{Config, RateLimitingSampler};
///
/// let config = Config::new("busy").with_sampler(RateLimitingSampler::new(2.0));
/// ```
#[derive(Debug)]
pub struct RateLimitingSampler {
    traces_per_second: f64,
    limiter: RateLimiter,
}

// === impl RateLimitingSampler ===

impl RateLimitingSampler {
    /// Samples so many traces a second on average; what is negative or no number is 0.
    pub fn new(traces_per_second: f64) -> Self {
        let traces_per_second = if traces_per_second.is_nan() { 0.0 } else { traces_per_second.max(0.0) };
        Self { traces_per_second, limiter: RateLimiter::per_second(traces_per_second) }
    }

    /// The same at another rate. What it has granted lately still counts.
    pub(super) fn at_rate(&self, traces_per_second: f64) -> Self {
        Self { traces_per_second, limiter: self.limiter.at_rate(traces_per_second) }
    }

    /// The rate.
    pub const fn traces_per_second(&self) -> f64 {
        self.traces_per_second
    }
}

impl Sampler for RateLimitingSampler {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        Decision::new(self.limiter.grant(), "ratelimiting", SamplerParam::Double(self.traces_per_second))
    }
}
