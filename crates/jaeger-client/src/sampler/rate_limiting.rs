//! The sampler `ratelimiting`: so many traces a second.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

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
    bucket: Bucket,
}

/// The generic cell rate algorithm, which needs one number and no lock.
#[derive(Debug)]
struct Bucket {
    started: Instant,
    /// Nanoseconds from one trace to the next; `None` if there is to be none.
    interval: Option<u64>,
    /// Nanoseconds since the start at which everything sampled so far has been earned.
    earned_at: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

// === impl RateLimitingSampler ===

impl RateLimitingSampler {
    /// Samples so many traces a second on average; what is negative or no number is 0.
    pub fn new(traces_per_second: f64) -> Self {
        let traces_per_second = if traces_per_second.is_nan() { 0.0 } else { traces_per_second.max(0.0) };
        Self { traces_per_second, bucket: Bucket::new(traces_per_second) }
    }

    /// The rate.
    pub const fn traces_per_second(&self) -> f64 {
        self.traces_per_second
    }
}

impl Sampler for RateLimitingSampler {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        let is_sampled = self.bucket.take(self.bucket.now());
        Decision::new(is_sampled, "ratelimiting", SamplerParam::Double(self.traces_per_second))
    }
}

// === impl Bucket ===

impl Bucket {
    fn new(per_second: f64) -> Self {
        // From a number of nanoseconds that does not fit on, there is none in the life of a program.
        let interval = (per_second > 0.0).then(|| (SECOND as f64 / per_second) as u64);
        Self {
            started: Instant::now(),
            interval: interval.filter(|interval| *interval < u64::MAX / 4),
            earned_at: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX / 2)
    }

    /// Whether there is one left at this time.
    fn take(&self, now: u64) -> bool {
        let Some(interval) = self.interval else { return false };
        let room = interval.max(SECOND);
        let earn_one_more = |earned_at: u64| {
            let earned_at = earned_at.max(now).saturating_add(interval);
            (earned_at - now <= room).then_some(earned_at)
        };
        self.earned_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn_one_more).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 1,000 are sampled at a time in milliseconds.
    fn sampled(bucket: &Bucket, millis: u64) -> usize {
        (0..1_000).filter(|_| bucket.take(millis * 1_000_000)).count()
    }

    #[test]
    fn a_second_s_worth_at_once_and_then_at_the_rate() {
        let two = Bucket::new(2.0);
        assert_eq!([0, 400, 500, 900, 1_000, 60_000].map(|at| sampled(&two, at)), [2, 0, 1, 0, 1, 2]);
        let many = Bucket::new(100.0);
        assert_eq!([0, 9, 10, 110].map(|at| sampled(&many, at)), [100, 0, 1, 10]);
    }

    #[test]
    fn less_than_one_a_second_is_one_at_a_time() {
        let slow = Bucket::new(0.1);
        assert_eq!([0, 9_999, 10_000, 30_000].map(|at| sampled(&slow, at)), [1, 0, 1, 1]);
    }

    #[test]
    fn none_at_all_and_more_than_anybody_asks_for() {
        for rate in [0.0, -1.0, f64::NAN, 1e-300] {
            assert_eq!(sampled(&RateLimitingSampler::new(rate).bucket, 10_000), 0, "{rate}");
        }
        for rate in [1e9, 1e300, f64::INFINITY] {
            assert_eq!(sampled(&RateLimitingSampler::new(rate).bucket, 0), 1_000, "{rate}");
        }
    }

    #[test]
    fn threads_share_the_bucket() {
        let bucket = Bucket::new(100.0);
        let all: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| sampled(&bucket, 5))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
        });
        assert_eq!(all, 100);
    }
}
