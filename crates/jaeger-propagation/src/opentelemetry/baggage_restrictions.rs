//! Which baggage a program may set, and how long its values may be.
//!
//! The rules are those of jaeger-client-go's `internal/baggage`: they hold where baggage is set, and not for what a request brings.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use opentelemetry::{Context, KeyValue, trace::TraceContextExt};

use super::cut::cut;
use crate::Baggage;

/// What baggage the program sets, item by item: cut to a length, or refused. Clones share the rules and the counters.
///
/// By default every key is allowed, with values of up to 2,048 bytes, as in Jaeger's clients. `jaeger-client` can ask Jaeger's agent
/// for the rules.
///
/// ```
/// use jaeger_propagation::{Baggage, BaggageRestrictions};
/// use opentelemetry::Context;
///
/// let restrictions = BaggageRestrictions::default();
/// restrictions.allow_only([("customer".to_owned(), 3)]);
/// let context = restrictions.set_item(&Context::new(), "customer", "Rachel");
/// let context = restrictions.set_item(&context, "session", "4711");
/// let baggage = Baggage::from_context(&context);
/// assert_eq!((baggage.get("customer"), baggage.get("session")), (Some("Rac"), None));
/// assert_eq!((restrictions.truncated(), restrictions.refused()), (1, 1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct BaggageRestrictions {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: RwLock<Rules>,
    set: AtomicU64,
    truncated: AtomicU64,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
enum Rules {
    #[default]
    AllowAll,
    /// Keys, and how many bytes their values may have.
    AllowOnly(HashMap<String, usize>),
}

/// The length of values where nobody has said anything; as in Jaeger's clients.
const DEFAULT_MAX_VALUE_BYTES: usize = 2_048;

static GLOBAL: RwLock<Option<BaggageRestrictions>> = RwLock::new(None);

// === impl BaggageRestrictions ===

impl BaggageRestrictions {
    /// Those of the whole program: what was [set](Self::set_global) last, else the default.
    ///
    /// `tower_jaeger::with_baggage` asks them.
    pub fn global() -> Self {
        if let Some(restrictions) = &*GLOBAL.read().unwrap_or_else(PoisonError::into_inner) {
            return restrictions.clone();
        }
        GLOBAL.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().clone()
    }

    /// Makes these the ones of the whole program.
    pub fn set_global(restrictions: Self) {
        *GLOBAL.write().unwrap_or_else(PoisonError::into_inner) = Some(restrictions);
    }

    /// Allows these keys from now on, each with values of so many bytes, and no others; none at all refuses everything.
    pub fn allow_only(&self, keys: impl IntoIterator<Item = (String, usize)>) {
        let rules = Rules::AllowOnly(keys.into_iter().collect());
        *self.shared.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// How many bytes a value of this key may have; `None` if the key is not allowed.
    pub fn max_value_bytes(&self, key: &str) -> Option<usize> {
        match &*self.shared.rules.read().unwrap_or_else(PoisonError::into_inner) {
            Rules::AllowAll => Some(DEFAULT_MAX_VALUE_BYTES),
            Rules::AllowOnly(keys) => keys.get(key).copied(),
        }
    }

    /// The context with an item in its baggage, as far as that is allowed, and a log of it at the context's span: see
    /// [`check`](Self::check).
    pub fn set_item(&self, context: &Context, key: &str, value: &str) -> Context {
        let mut baggage = Baggage::from_context(context);
        let (allowed, log) = self.check(key, value, baggage.get(key).is_some());
        context.span().add_event("baggage", log);
        match allowed {
            None => return context.clone(),
            Some("") => baggage.remove(key),
            Some(value) => baggage.insert(key, value),
        }
        baggage.into_context(context)
    }

    /// What may be set, counted as set, and the fields of the log `event=baggage` that Jaeger's clients write.
    ///
    /// `None` refuses the item. A value that is too long is cut, between two characters, and an empty one takes the item away. The
    /// fields are `key`, `value`, and, each as the text `true`, `override` if there was a value before, `truncated` if this one has been
    /// cut, and `invalid` if it has been refused.
    pub fn check<'v>(
        &self,
        key: &str,
        value: &'v str,
        is_override: bool,
    ) -> (Option<&'v str>, Vec<KeyValue>) {
        let mut fields = vec![KeyValue::new("key", key.to_owned())];
        let marked = |mark: &'static str| KeyValue::new(mark, "true");
        let Some(max_bytes) = self.max_value_bytes(key) else {
            self.shared.refused.fetch_add(1, Ordering::Relaxed);
            fields.extend([KeyValue::new("value", value.to_owned()), marked("invalid")]);
            return (None, fields);
        };
        let allowed = cut(value, max_bytes);
        fields.push(KeyValue::new("value", allowed.to_owned()));
        if is_override {
            fields.push(marked("override"));
        }
        if allowed.len() < value.len() {
            self.shared.truncated.fetch_add(1, Ordering::Relaxed);
            fields.push(marked("truncated"));
        }
        self.shared.set.fetch_add(1, Ordering::Relaxed);
        (Some(allowed), fields)
    }

    /// Items that were set, or taken away.
    pub fn set(&self) -> u64 {
        self.shared.set.load(Ordering::Relaxed)
    }

    /// Items of those whose values have been cut.
    pub fn truncated(&self) -> u64 {
        self.shared.truncated.load(Ordering::Relaxed)
    }

    /// Items that were not allowed.
    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_after(restrictions: &BaggageRestrictions, before: &Context, value: &str) -> Option<String> {
        let context = restrictions.set_item(before, "key", value);
        Baggage::from_context(&context).get("key").map(str::to_owned)
    }

    #[test]
    fn every_key_is_allowed_with_values_of_a_length() {
        let restrictions = BaggageRestrictions::default();
        let found = value_after(&restrictions, &Context::new(), &"x".repeat(3_000)).unwrap();
        assert_eq!((found.len(), restrictions.truncated(), restrictions.set()), (2_048, 1, 1));
        assert_eq!(value_after(&restrictions, &Context::new(), "x").as_deref(), Some("x"));
        assert_eq!(restrictions.truncated(), 1);
    }

    #[test]
    fn an_item_that_is_not_allowed_leaves_what_was_there() {
        let restrictions = BaggageRestrictions::default();
        let before = restrictions.set_item(&Context::new(), "key", "1");
        restrictions.allow_only([]);
        assert_eq!(value_after(&restrictions, &before, "2").as_deref(), Some("1"));
        assert_eq!((restrictions.set(), restrictions.refused()), (1, 1));
    }

    #[test]
    fn an_empty_value_takes_the_item_away() {
        let restrictions = BaggageRestrictions::default();
        let before = restrictions.set_item(&Context::new(), "key", "1");
        assert_eq!(value_after(&restrictions, &before, ""), None);
    }

    #[test]
    fn a_value_is_cut_between_characters() {
        let restrictions = BaggageRestrictions::default();
        restrictions.allow_only([("key".to_owned(), 4)]);
        assert_eq!(value_after(&restrictions, &Context::new(), "aé☃").as_deref(), Some("aé"));
    }
}
