//! The time of spans: one reading of a clock that never goes back, and what the wall clock says to it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant, SystemTime},
};

/// A clock that never goes back, and its distance from the wall clock, which may be set.
///
/// A start needs one reading of one clock, and a duration never depends on the wall clock.
#[derive(Debug)]
pub(crate) struct Clock {
    base: Instant,
    /// What the wall clock said at `base`, in nanoseconds since the Unix epoch.
    base_at: AtomicI64,
}

/// Nanoseconds since the clock's base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(i64);

// === impl Clock ===

impl Clock {
    pub(crate) fn new() -> Self {
        let clock = Self { base: Instant::now(), base_at: AtomicI64::new(0) };
        clock.adjust();
        clock
    }

    pub(crate) fn now(&self) -> Tick {
        Tick(nanos(self.base.elapsed()))
    }

    /// Nanoseconds since the Unix epoch.
    pub(crate) fn wall(&self, tick: Tick) -> i64 {
        self.base_at.load(Ordering::Relaxed).saturating_add(tick.0)
    }

    /// Follows the wall clock, which runs a little faster or slower, and may be set.
    pub(crate) fn adjust(&self) {
        let wall = wall(SystemTime::now());
        self.base_at.store(wall.saturating_sub(nanos(self.base.elapsed())), Ordering::Relaxed);
    }
}

// === impl Tick ===

impl Tick {
    /// Nanoseconds from an earlier tick.
    pub(crate) fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Nanoseconds since the Unix epoch; 0 for times before.
pub(crate) fn wall(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, nanos)
}

/// For some 290 years; a duration in 128 bits would cost more than the rest of a tick.
fn nanos(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_a_time_of_day() {
        let clock = Clock::new();
        let before = wall(SystemTime::now());
        let at = clock.wall(clock.now());
        let after = wall(SystemTime::now());
        let slack = 50_000_000;
        assert!((before - slack..=after + slack).contains(&at), "{before} {at} {after}");
    }
}
