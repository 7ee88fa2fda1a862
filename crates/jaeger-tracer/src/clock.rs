//! The time of spans: one reading of a clock that never goes back, and what the wall clock says to it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

/// A clock that never goes back, and its distance from the wall clock, which may be set.
///
/// A start needs one reading of one clock, and a duration never depends on the wall clock. The clock is the processor's counter
/// where that runs evenly, which takes a third of the time of asking the system, and else the system's.
#[derive(Debug)]
pub(crate) struct Clock {
    counter: quanta::Clock,
    base: Tick,
    /// What the wall clock said at `base`, in nanoseconds since the Unix epoch.
    base_at: AtomicI64,
}

/// A reading of the clock, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u64);

// === impl Clock ===

impl Clock {
    /// The first clock of a program takes half a millisecond, in which the counter is compared with the system's clock.
    pub(crate) fn new() -> Self {
        let counter = quanta::Clock::new();
        let clock = Self { base: Tick(counter.raw()), counter, base_at: AtomicI64::new(0) };
        clock.adjust();
        clock
    }

    #[inline]
    pub(crate) fn now(&self) -> Tick {
        Tick(self.counter.raw())
    }

    /// Nanoseconds from one reading to a later one; 0 if it is not later.
    #[inline]
    pub(crate) fn between(&self, start: Tick, end: Tick) -> i64 {
        self.counter.delta_as_nanos(start.0, end.0).cast_signed()
    }

    /// Nanoseconds since the Unix epoch.
    #[inline]
    pub(crate) fn wall(&self, tick: Tick) -> i64 {
        self.base_at.load(Ordering::Relaxed).saturating_add(self.between(self.base, tick))
    }

    /// Follows the wall clock, which runs a little faster or slower, and may be set.
    pub(crate) fn adjust(&self) {
        let (wall, tick) = (wall(SystemTime::now()), self.now());
        self.base_at.store(wall.saturating_sub(self.between(self.base, tick)), Ordering::Relaxed);
    }
}

/// Nanoseconds since the Unix epoch; 0 for times before.
pub(crate) fn wall(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, nanos)
}

/// For some 290 years; a duration in 128 bits would cost more.
fn nanos(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

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

    #[test]
    fn a_duration_is_that_of_the_system() {
        let clock = Clock::new();
        let (system, start) = (Instant::now(), clock.now());
        thread::sleep(Duration::from_millis(100));
        let (by_counter, by_system) = (clock.between(start, clock.now()), nanos(system.elapsed()));
        assert!((by_counter - by_system).abs() < by_system / 10, "{by_counter} {by_system}");
        assert_eq!(clock.between(clock.now(), start), 0);
    }
}
