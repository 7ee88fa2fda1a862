//! What programs have said of traces after their start, by the tag `sampling.priority`.
//!
//! All spans of a trace in a process have one sampling state, as in Jaeger's clients: what is said on one of them holds for those
//! that start later, and for those that end later.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jaeger_propagation::Flags;
use opentelemetry::trace::TraceId;

/// So many traces are remembered, at most: programs say it of a few. Of more, the oldest is forgotten.
const MAX_TRACES: usize = 1_000;

/// So long, which is longer than requests take.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, Default)]
pub(crate) struct Priorities {
    /// Whether there are any. Most programs never say so, and their spans look no further.
    is_any: AtomicBool,
    traces: Mutex<HashMap<TraceId, Said>>,
    /// Traces that were forgotten before their time.
    forgotten: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Said {
    flags: Flags,
    at: Instant,
}

// === impl Priorities ===

impl Priorities {
    /// Jaeger's flags of the spans of a trace from now on.
    pub(crate) fn set(&self, trace_id: TraceId, flags: Flags) {
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if traces.len() >= MAX_TRACES && !traces.contains_key(&trace_id) {
            let oldest = traces.iter().min_by_key(|(_, said)| said.at).map(|(oldest, _)| *oldest);
            oldest.map(|oldest| traces.remove(&oldest));
            self.forgotten.fetch_add(1, Ordering::Relaxed);
        }
        traces.insert(trace_id, Said { flags, at: Instant::now() });
        self.is_any.store(true, Ordering::Release);
    }

    /// The flags of a trace of which something was said.
    #[inline]
    pub(crate) fn of(&self, trace_id: TraceId) -> Option<Flags> {
        if self.is_any.load(Ordering::Acquire) { self.find(trace_id) } else { None }
    }

    #[cold]
    fn find(&self, trace_id: TraceId) -> Option<Flags> {
        let traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        traces.get(&trace_id).map(|said| said.flags)
    }

    /// Forgets traces whose time is over.
    pub(crate) fn forget_old(&self) {
        if self.is_any.load(Ordering::Acquire) {
            let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
            traces.retain(|_, said| said.at.elapsed() < REMEMBERED);
            // Under the lock, so that what is said meanwhile is not missed.
            self.is_any.store(!traces.is_empty(), Ordering::Release);
        }
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_traces_is_forgotten_and_counted() {
        let priorities = Priorities::default();
        let id = |number: usize| TraceId::from(number as u128 + 1);
        assert_eq!(priorities.of(id(0)), None);
        for number in 0..=MAX_TRACES {
            priorities.set(id(number), Flags::SAMPLED | Flags::DEBUG);
        }
        assert_eq!(priorities.of(id(0)), None);
        assert_eq!(priorities.of(id(1)), Some(Flags::SAMPLED | Flags::DEBUG));
        assert_eq!(priorities.forgotten(), 1);
        priorities.set(id(1), Flags::NONE);
        assert_eq!(priorities.of(id(1)), Some(Flags::NONE));
        assert_eq!(priorities.forgotten(), 1);
        priorities.forget_old();
        assert_eq!(priorities.of(id(1)), Some(Flags::NONE));
    }
}
