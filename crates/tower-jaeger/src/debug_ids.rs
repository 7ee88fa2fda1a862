//! Which `jaeger-debug-id` headers are obeyed.

use std::sync::Arc;

use jaeger_propagation::RateLimiter;

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
    PerSecond(Arc<RateLimiter>),
}

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
        Self(Policy::PerSecond(Arc::new(RateLimiter::per_second(limit.into()))))
    }

    /// Whether one more debug trace may begin now.
    pub(crate) fn grant(&self) -> bool {
        match &self.0 {
            Policy::Ignored => false,
            Policy::Unlimited => true,
            Policy::PerSecond(limiter) => limiter.grant(),
        }
    }
}

impl Default for DebugIds {
    fn default() -> Self {
        Self::per_second(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_all_and_so_many_at_once() {
        let granted = |ids: &DebugIds| (0..1000).filter(|_| ids.grant()).count();
        assert_eq!(granted(&DebugIds::ignored()), 0);
        assert_eq!(granted(&DebugIds::per_second(0)), 0);
        assert_eq!(granted(&DebugIds::unlimited()), 1000);
        let one = DebugIds::per_second(1);
        assert_eq!((granted(&one), granted(&one.clone())), (1, 0), "clones share it");
    }
}
