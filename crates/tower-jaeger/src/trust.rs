//! How far a caller is believed.

use std::{fmt, sync::Arc};

use crate::RequestHead;

/// How far a caller is believed about the trace. The default is [`child_of`](Self::child_of).
///
/// At a public edge anybody can send trace headers: to attach spans to other people's traces, to have everything sampled, or to
/// smuggle baggage to the services behind.
///
/// | | the span | baggage | debug id |
/// |---|---|---|---|
/// | [`child_of`](Self::child_of) | ChildOf the caller's | taken | obeyed |
/// | [`follows_from`](Self::follows_from) | a new root that FollowsFrom the caller's | not taken | not obeyed |
/// | [`ignore`](Self::ignore) | a new root | not taken | not obeyed |
///
/// A debug id counts only in a request that has no trace. The last two have switches of their own:
///
/// ```
/// use tower_jaeger::{ServerLayer, Trust};
///
/// let edge = ServerLayer::new().with_trust(Trust::follows_from());
/// let partners = ServerLayer::new().with_trust_by(|request| {
///     match request.headers.contains_key("x-partner-token") {
///         true => Trust::child_of().without_baggage(),
///         false => Trust::ignore(),
///     }
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    pub(crate) caller: Caller,
    pub(crate) baggage: bool,
    pub(crate) debug_id: bool,
}

/// What the caller's span is to ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Parent,
    Predecessor,
    Nothing,
}

/// The trust in a request: the same for all, or asked each time.
#[derive(Clone)]
pub(crate) enum TrustPolicy {
    Always(Trust),
    By(Arc<dyn Fn(&RequestHead<'_>) -> Trust + Send + Sync>),
}

// === impl Trust ===

impl Trust {
    /// The caller is one of ours: the span is a part of its trace, with its sampling decision.
    pub const fn child_of() -> Self {
        Self { caller: Caller::Parent, baggage: true, debug_id: true }
    }

    /// The span begins a trace of its own, which the sampler decides on, with a reference to the caller's.
    pub const fn follows_from() -> Self {
        Self { caller: Caller::Predecessor, baggage: false, debug_id: false }
    }

    /// The span begins a trace of its own, and the caller's is forgotten.
    pub const fn ignore() -> Self {
        Self { caller: Caller::Nothing, baggage: false, debug_id: false }
    }

    /// The caller's baggage is taken.
    #[must_use]
    pub const fn with_baggage(self) -> Self {
        Self { baggage: true, ..self }
    }

    /// The caller's baggage is not taken.
    #[must_use]
    pub const fn without_baggage(self) -> Self {
        Self { baggage: false, ..self }
    }

    /// A `jaeger-debug-id` is obeyed, within the limit of [`DebugIds`](crate::DebugIds).
    #[must_use]
    pub const fn with_debug_id(self) -> Self {
        Self { debug_id: true, ..self }
    }

    /// A `jaeger-debug-id` is not obeyed.
    #[must_use]
    pub const fn without_debug_id(self) -> Self {
        Self { debug_id: false, ..self }
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self::child_of()
    }
}

// === impl TrustPolicy ===

impl TrustPolicy {
    pub(crate) fn of(&self, request: &RequestHead<'_>) -> Trust {
        match self {
            Self::Always(trust) => *trust,
            Self::By(policy) => policy(request),
        }
    }
}

impl Default for TrustPolicy {
    fn default() -> Self {
        Self::Always(Trust::default())
    }
}

impl fmt::Debug for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always(trust) => trust.fmt(f),
            Self::By(_) => f.write_str("by closure"),
        }
    }
}
