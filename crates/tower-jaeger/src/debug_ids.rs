//! Which `jaeger-debug-id` headers are obeyed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Which requests may start a debug trace by the header `jaeger-debug-id`.
///
/// Such a trace is sampled whatever the sampler says, and anybody who can send a header can ask for one. So there is
/// a limit; at a public edge [`ignored`](Self::ignored) is the right choice, together with a [`Trust`](crate::Trust) that does not take
/// the caller's trace, whose flags may say debug too. An id that is not obeyed is counted
/// (`PropagationCounters::debug_ids_refused`), and the request is treated as if it had none.
///
/// The default is [`per_second(100)`](Self::per_second): far beyond what people type, and a bound for everybody else.
///
/// ```
/// use tower_jaeger::{DebugIds, ServerLayer};
///
/// let edge = ServerLayer::new().with_debug_ids(DebugIds::ignored());
/// ```
///
/// Clones share their limit.
#[derive(Clone, Debug)]
pub struct DebugIds(Policy);

#[derive(Clone, Debug)]
enum Policy {
    Ignored,
    Unlimited,
    PerSecond(Arc<Limiter>),
}

/// Grants a second's worth at once, and then one at a time: the generic cell rate algorithm, which needs one number
/// and no lock.
#[derive(Debug)]
struct Limiter {
    started: Instant,
    /// Nanoseconds from one grant to the next.
    interval: u64,
    /// Nanoseconds since the start at which everything granted so far has been earned.
    earned_at: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

// === impl DebugIds ===

impl DebugIds {
    /// None.
    pub const fn ignored() -> Self {
        Self(Policy::Ignored)
    }

    /// All, as Jaeger's clients do by default.
    pub const fn unlimited() -> Self {
        Self(Policy::Unlimited)
    }

    /// So many a second on average, and at most so many at once. 0 is [`ignored`](Self::ignored).
    pub fn per_second(limit: u32) -> Self {
        match SECOND.checked_div(limit.into()) {
            Some(interval) => Self(Policy::PerSecond(Arc::new(Limiter {
                started: Instant::now(),
                interval,
                earned_at: AtomicU64::new(0),
            }))),
            None => Self::ignored(),
        }
    }

    /// Whether one more debug trace may begin now.
    pub(crate) fn grant(&self) -> bool {
        match &self.0 {
            Policy::Ignored => false,
            Policy::Unlimited => true,
            Policy::PerSecond(limiter) => {
                limiter.grant(u64::try_from(limiter.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
            }
        }
    }
}

impl Default for DebugIds {
    fn default() -> Self {
        Self::per_second(100)
    }
}

// === impl Limiter ===

impl Limiter {
    fn grant(&self, now: u64) -> bool {
        let earn_one_more = |earned_at: u64| {
            let earned_at = earned_at.max(now).saturating_add(self.interval);
            (earned_at - now <= SECOND).then_some(earned_at)
        };
        self.earned_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn_one_more).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `asked` are granted at a time in nanoseconds.
    fn granted(limiter: &Limiter, now: u64, asked: usize) -> usize {
        (0..asked).filter(|_| limiter.grant(now)).count()
    }

    #[test]
    fn a_second_s_worth_at_once_and_then_at_the_rate() {
        for limit in [1, 3, 100, 1_000_000] {
            let limiter =
                Limiter { started: Instant::now(), interval: SECOND / limit, earned_at: AtomicU64::new(0) };
            let asked = 2 * limit as usize;
            assert_eq!(granted(&limiter, 5 * SECOND, asked), limit as usize);
            assert_eq!(granted(&limiter, 5 * SECOND + SECOND / limit / 2, asked), 0);
            assert_eq!(granted(&limiter, 5 * SECOND + SECOND / limit, asked), 1);
            assert_eq!(
                granted(&limiter, 60 * SECOND, asked),
                limit as usize,
                "what was not used is not saved up"
            );
        }
    }

    #[test]
    fn the_time_never_runs_out() {
        let limiter = Limiter { started: Instant::now(), interval: 1, earned_at: AtomicU64::new(0) };
        assert!(limiter.grant(u64::MAX));
        assert!(limiter.grant(u64::MAX));
    }

    #[test]
    fn none_and_all() {
        assert!(!DebugIds::ignored().grant());
        assert!(!DebugIds::per_second(0).grant());
        assert!((0..1000).all(|_| DebugIds::unlimited().grant()));
    }
}
