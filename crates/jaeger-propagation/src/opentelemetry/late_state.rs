//! What is said of a span while contexts with that span are in use.
//!
//! A `Context` never changes, so what is said of a span reaches only contexts that are made afterwards. With Jaeger's clients it is the
//! span that has the baggage and the flags: what is set in it is in every call that is made from then on.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use opentelemetry::{
    Context,
    trace::{SpanId, TraceContextExt, TraceId},
};

use super::JaegerState;
use crate::{Baggage, Flags};

/// Baggage and Jaeger's flags that have been set in a span since its contexts were made: the part of the span context that changes in
/// Jaeger's clients. Clones are that of the same span.
///
/// Whoever starts a span that others may set something in has a context [follow](Self::follow) it. Whoever makes calls
/// brings the context [up to date](Self::up_to_date) first; [`Propagator::inject_from_context`](crate::Propagator::inject_from_context) does.
///
/// ```
/// use jaeger_propagation::{Baggage, LateState};
/// use opentelemetry::Context;
///
/// LateState::enable();
/// let late = LateState::default();
/// let context = late.follow(&Context::new());
/// late.set_item("customer", Some("731"));
/// assert_eq!(Baggage::from_context(&context).get("customer"), None);
/// assert_eq!(Baggage::from_context(&LateState::up_to_date(context)).get("customer"), Some("731"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct LateState {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The last of the changes; read without their lock where nothing is new, which is nearly always.
    last: AtomicU64,
    changes: Mutex<Changes>,
}

/// The last change of each subject, with its number, from 1.
#[derive(Debug, Default)]
struct Changes {
    /// `None` takes an item away.
    items: HashMap<String, (u64, Option<String>)>,
    flags: Option<(u64, TraceId, Flags)>,
}

/// A context's own view of it: a value in the `Context`.
#[derive(Clone, Debug)]
struct Followed {
    /// `None` hides that of another span.
    late: Option<LateState>,
    span_id: SpanId,
    /// The last change that the context has.
    seen: u64,
}

/// Keys that were taken away are remembered up to this number.
const MAX_TAKEN_AWAY: usize = 1_024;

static IS_ENABLED: AtomicBool = AtomicBool::new(false);

// === impl LateState ===

impl LateState {
    /// Has layers provide for it, in all requests from now on. It costs each a few allocations, so they do not if nobody asks; and no
    /// context is searched for it before.
    pub fn enable() {
        IS_ENABLED.store(true, Ordering::Relaxed);
    }

    /// Whether somebody in this program may set baggage or flags in spans that are not his own.
    pub fn is_enabled() -> bool {
        IS_ENABLED.load(Ordering::Relaxed)
    }

    /// That of the span of a context; `None` if nobody has provided for it.
    pub fn of_span(context: &Context) -> Option<Self> {
        let followed = context.get::<Followed>()?;
        let is_its_own = followed.span_id == context.span().span_context().span_id();
        followed.late.clone().filter(|_| is_its_own)
    }

    /// The context with what is set in its span from now on.
    #[must_use]
    pub fn follow(&self, context: &Context) -> Context {
        let seen = self.shared.last.load(Ordering::Acquire);
        let span_id = context.span().span_context().span_id();
        context.with_value(Followed { late: Some(self.clone()), span_id, seen })
    }

    /// The followed value of a context, for one that is to have the same.
    pub(super) fn copy(from: &Context, to: Context) -> Context {
        match from.get::<Followed>() {
            Some(followed) => to.with_value(followed.clone()),
            None => Self::unfollow(to),
        }
    }

    /// The context as it is, whatever is set in its span afterwards.
    #[must_use]
    pub fn unfollow(context: Context) -> Context {
        match context.get::<Followed>() {
            Some(Followed { late: Some(_), .. }) => {
                context.with_value(Followed { late: None, span_id: SpanId::INVALID, seen: 0 })
            }
            _ => context,
        }
    }

    /// Sets an item in the span, or takes it away. Where the same key was put on top of one of the span's contexts, this counts.
    ///
    /// It remembers 1,024 keys that were taken away. When there are more they are forgotten, and contexts that are older have those items
    /// again.
    pub fn set_item(&self, key: &str, value: Option<&str>) {
        self.change(|changes, number| {
            if value.is_none()
                && changes.items.values().filter(|(_, value)| value.is_none()).count() >= MAX_TAKEN_AWAY
            {
                changes.items.retain(|_, (_, value)| value.is_some());
            }
            changes.items.insert(key.to_owned(), (number, value.map(str::to_owned)));
        });
    }

    /// Sets the flags of a trace, for contexts whose span is of it. Whether a call is sampled is still up to its own span.
    pub fn set_flags(&self, trace_id: TraceId, flags: Flags) {
        self.change(|changes, number| changes.flags = Some((number, trace_id, flags)));
    }

    /// The flags that were set last.
    pub fn flags(&self) -> Option<Flags> {
        if self.shared.last.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.changes().flags.map(|(_, _, flags)| flags)
    }

    fn change(&self, change: impl FnOnce(&mut Changes, u64)) {
        let mut changes = self.changes();
        let number = self.shared.last.load(Ordering::Relaxed) + 1;
        change(&mut changes, number);
        self.shared.last.store(number, Ordering::Release);
    }

    /// The context with what has been set in its span meanwhile, or in the span of the context that it was made of.
    #[must_use]
    #[inline]
    pub fn up_to_date(context: Context) -> Context {
        Self::newer(&context).unwrap_or(context)
    }

    /// The same; `None` if nothing has.
    #[inline]
    pub(super) fn newer(context: &Context) -> Option<Context> {
        if Self::is_enabled() { Self::with_later(context) } else { None }
    }

    #[inline(never)]
    fn with_later(context: &Context) -> Option<Context> {
        let followed = context.get::<Followed>()?;
        let late = followed.late.as_ref()?;
        if late.shared.last.load(Ordering::Acquire) == followed.seen {
            return None;
        }
        let changes = late.changes();
        let seen = late.shared.last.load(Ordering::Relaxed);
        let mut newer = context.with_value(Followed { seen, ..followed.clone() });
        let mut later = changes.items.iter().filter(|(_, (number, _))| *number > followed.seen).peekable();
        if later.peek().is_some() {
            let mut baggage = Baggage::from_context(context);
            for (key, (_, value)) in later {
                match value {
                    Some(value) => baggage.insert(key.as_str(), value.as_str()),
                    None => baggage.remove(key),
                }
            }
            newer = baggage.into_context(&newer);
        }
        match changes.flags {
            Some((number, trace_id, flags))
                if number > followed.seen && context.span().span_context().trace_id() == trace_id =>
            {
                Some(JaegerState::with_flags(&newer, trace_id, flags))
            }
            _ => Some(newer),
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.shared.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        TraceFlags,
        trace::{SpanContext, TraceState},
    };

    use super::*;
    use crate::{Propagator, span_context_of};

    fn enabled() -> LateState {
        LateState::enable();
        LateState::default()
    }

    fn with_span(context: &Context, id: u64) -> Context {
        let (trace_id, flags) = (TraceId::from(1), TraceFlags::SAMPLED);
        let span = SpanContext::new(trace_id, id.into(), flags, false, TraceState::NONE);
        context.with_remote_span_context(span)
    }

    fn with_item(context: &Context, key: &str, value: &str) -> Context {
        let mut baggage = Baggage::from_context(context);
        baggage.insert(key, value);
        baggage.into_context(context)
    }

    #[track_caller]
    fn assert_now(context: &Context, expected: &[(&str, &str)]) {
        let baggage = Baggage::from_context(&LateState::up_to_date(context.clone()));
        let mut found: Vec<_> = baggage.iter().collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_context_follows_from_when_it_was_made() {
        let (late, base) = (enabled(), with_item(&Context::new(), "a", "0"));
        late.set_item("b", Some("before"));
        let context = late.follow(&base);
        assert_now(&context, &[("a", "0")]);
        late.set_item("c", Some("1"));
        late.set_item("a", None);
        assert_now(&context, &[("c", "1")]);
        assert_now(&late.follow(&base), &[("a", "0")]);
        late.set_item("a", Some("2"));
        assert_now(&context, &[("a", "2"), ("c", "1")]);
    }

    #[test]
    fn bytes_have_it_too() {
        let (late, propagator) = (enabled(), Propagator::new());
        let context = late.follow(&Context::new());
        late.set_item("a", Some("1"));
        let mut bytes = Vec::new();
        propagator.inject_binary_from_context(&context, &mut bytes);
        assert_eq!(propagator.extract_binary(&bytes).baggage.get("a"), Some("1"));
    }

    #[test]
    fn what_is_put_on_top_of_a_context_that_is_up_to_date_counts() {
        let late = enabled();
        let context = late.follow(&Context::new());
        late.set_item("a", Some("1"));
        let on_top = with_item(&LateState::up_to_date(context), "a", "2");
        assert_now(&on_top, &[("a", "2")]);
        late.set_item("b", Some("3"));
        assert_now(&on_top, &[("a", "2"), ("b", "3")]);
    }

    #[test]
    fn spans_below_have_it_but_set_none_in_the_one_above() {
        let late = enabled();
        let above = late.follow(&with_span(&Context::new(), 1));
        let below = with_span(&above, 2);
        late.set_item("a", Some("1"));
        assert_now(&below, &[("a", "1")]);
        assert!(LateState::of_span(&above).is_some() && LateState::of_span(&below).is_none());
        assert!(LateState::of_span(&Context::new()).is_none());
    }

    #[test]
    fn a_context_that_follows_no_more_stays_as_it_is() {
        let late = enabled();
        let context = LateState::unfollow(late.follow(&with_span(&Context::new(), 1)));
        late.set_item("a", Some("1"));
        assert_now(&context, &[]);
        assert!(LateState::of_span(&context).is_none());
    }

    #[test]
    fn flags_are_those_of_the_trace() {
        let late = enabled();
        let context = late.follow(&with_span(&Context::new(), 1));
        late.set_flags(TraceId::from(1), Flags::SAMPLED | Flags::DEBUG);
        let flags = span_context_of(&LateState::up_to_date(with_span(&context, 2))).unwrap().flags;
        assert!(flags.is_debug());
        late.set_flags(TraceId::from(1), Flags::SAMPLED);
        let flags = span_context_of(&LateState::up_to_date(context.clone())).unwrap().flags;
        assert_eq!(flags, Flags::SAMPLED);
        late.set_flags(TraceId::from(1), Flags::SAMPLED | Flags::DEBUG);
        let of_other = SpanContext::new(2.into(), 3.into(), TraceFlags::SAMPLED, true, TraceState::NONE);
        let other = LateState::up_to_date(context.with_remote_span_context(of_other));
        assert_eq!(span_context_of(&other).unwrap().flags, Flags::SAMPLED, "the trace is not ours");
        let debug = JaegerState::with_flags(&context, 2.into(), Flags::SAMPLED | Flags::DEBUG);
        let other =
            LateState::up_to_date(debug.with_remote_span_context(other.span().span_context().clone()));
        assert!(span_context_of(&other).unwrap().flags.is_debug(), "it keeps its own");
    }

    #[test]
    fn keys_that_come_and_go_take_bounded_room() {
        let late = enabled();
        for number in 0..5_000 {
            let key = number.to_string();
            late.set_item(&key, Some("1"));
            late.set_item(&key, None);
        }
        assert!(late.changes().items.len() <= MAX_TAKEN_AWAY, "{}", late.changes().items.len());
    }
}
