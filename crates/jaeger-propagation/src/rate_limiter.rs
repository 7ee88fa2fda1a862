//! So many a second: for debug ids, and for the sampler `ratelimiting`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Grants so many of something a second: a bucket that is full at first, has room for those of one second and for at least one, and
/// leaks at the rate, as that of Jaeger's clients. 2 a second are two at once and then one every half second; 0.1 a second is one
/// every ten.
///
/// ```
/// let limiter = jaeger_propagation::RateLimiter::per_second(2.0);
/// assert_eq!([limiter.grant(), limiter.grant(), limiter.grant()], [true, true, false]);
/// ```
///
/// It is the generic cell rate algorithm, which needs one number and no lock.
#[derive(Debug)]
pub struct RateLimiter {
    started: Instant,
    /// Nanoseconds from one grant to the next; `None` if there is to be none.
    interval: Option<u64>,
    /// Nanoseconds since the start at which everything granted so far has been earned.
    earned_at: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

/// Nanoseconds that a full bucket has been earned in.
fn room(interval: u64) -> u64 {
    interval.max(SECOND)
}

// === impl RateLimiter ===

impl RateLimiter {
    /// So many a second on average; what is negative or no number is none.
    pub fn per_second(rate: f64) -> Self {
        // From a number of nanoseconds that does not fit on, there is none in the life of a program.
        let interval = (rate > 0.0).then(|| (SECOND as f64 / rate) as u64);
        Self {
            started: Instant::now(),
            interval: interval.filter(|interval| *interval < u64::MAX / 4),
            earned_at: AtomicU64::new(0),
        }
    }

    /// The same bucket at another rate, from now on: what was full stays full, and what was half empty stays half empty.
    #[must_use]
    pub fn at_rate(&self, rate: f64) -> Self {
        let changed = Self { started: self.started, ..Self::per_second(rate) };
        let now = self.now();
        changed.earned_at.store(changed.earned_at_if(self.used_at(now), now), Ordering::Relaxed);
        changed
    }

    /// The part of the bucket that is used up, from 0 to 1. One that never grants anything is like a full one.
    fn used_at(&self, now: u64) -> f64 {
        let Some(interval) = self.interval else { return 0.0 };
        let used = self.earned_at.load(Ordering::Relaxed).saturating_sub(now);
        used as f64 / room(interval) as f64
    }

    fn earned_at_if(&self, used: f64, now: u64) -> u64 {
        let Some(interval) = self.interval else { return 0 };
        now.saturating_add((used * room(interval) as f64) as u64)
    }

    /// Whether one more is granted now.
    pub fn grant(&self) -> bool {
        self.grant_at(self.now())
    }

    /// Nanoseconds since the start.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX / 2)
    }

    fn grant_at(&self, now: u64) -> bool {
        let Some(interval) = self.interval else { return false };
        let room = room(interval);
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

    /// How many of 1,000 are granted at a time in milliseconds.
    fn granted(limiter: &RateLimiter, millis: u64) -> usize {
        (0..1_000).filter(|_| limiter.grant_at(millis * 1_000_000)).count()
    }

    #[test]
    fn a_second_s_worth_at_once_and_then_at_the_rate() {
        let two = RateLimiter::per_second(2.0);
        // What was not used in a minute is not saved up.
        assert_eq!([0, 400, 500, 900, 1_000, 60_000].map(|at| granted(&two, at)), [2, 0, 1, 0, 1, 2]);
        let many = RateLimiter::per_second(100.0);
        assert_eq!([0, 9, 10, 110].map(|at| granted(&many, at)), [100, 0, 1, 10]);
    }

    #[test]
    fn less_than_one_a_second_is_one_at_a_time() {
        let slow = RateLimiter::per_second(0.1);
        assert_eq!([0, 9_999, 10_000, 30_000].map(|at| granted(&slow, at)), [1, 0, 1, 1]);
    }

    #[test]
    fn none_at_all_and_more_than_anybody_asks_for() {
        for rate in [0.0, -1.0, f64::NAN, 1e-300] {
            assert_eq!(granted(&RateLimiter::per_second(rate), 10_000), 0, "{rate}");
        }
        for rate in [1e9, 1e300, f64::INFINITY] {
            assert_eq!(granted(&RateLimiter::per_second(rate), 0), 1_000, "{rate}");
        }
    }

    #[test]
    fn the_time_never_runs_out() {
        let limiter = RateLimiter::per_second(1e9);
        assert!(limiter.grant_at(u64::MAX) && limiter.grant_at(u64::MAX));
    }

    #[test]
    fn another_rate_keeps_how_full_the_bucket_is() {
        let half = |from: f64, to: f64| {
            let before = RateLimiter::per_second(from);
            for _ in 0..(from.max(1.0) as usize) / 2 {
                before.grant_at(0);
            }
            let after = RateLimiter { started: before.started, ..RateLimiter::per_second(to) };
            after.earned_at.store(after.earned_at_if(before.used_at(0), 0), Ordering::Relaxed);
            granted(&after, 0)
        };
        assert_eq!([half(10.0, 100.0), half(100.0, 10.0), half(10.0, 0.0)], [50, 5, 0]);
        assert_eq!(granted(&RateLimiter::per_second(0.0).at_rate(3.0), 60_000), 3);
        let empty = RateLimiter::per_second(4.0);
        while empty.grant() {}
        assert!((0..2).all(|_| !empty.at_rate(2.0).grant()), "it is empty still");
    }

    #[test]
    fn threads_share_the_bucket() {
        let limiter = RateLimiter::per_second(100.0);
        let all: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| granted(&limiter, 5))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
        });
        assert_eq!(all, 100);
    }
}
