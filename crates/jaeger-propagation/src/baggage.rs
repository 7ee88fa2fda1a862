//! Baggage: key/value pairs that travel with the trace to every later service.

use std::{borrow::Cow, mem};

use crate::BaggageDrop;

/// Baggage items in the order in which they came; keys are unique.
///
/// ```
/// use jaeger_propagation::Baggage;
///
/// let mut baggage = Baggage::default();
/// baggage.insert("customer", "Rachel's Floral Designs");
/// baggage.insert("customer", "Trom Chocolatier");
/// assert_eq!(baggage.get("customer"), Some("Trom Chocolatier"));
/// assert_eq!(baggage.len(), 1);
/// ```
///
/// A type of its own, because OpenTelemetry's holds at most 64 pairs whose keys are tokens, and Jaeger's
/// clients send more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    items: Vec<BaggageItem>,
    /// Of all keys, values and properties.
    bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaggageItem {
    pub(crate) key: String,
    pub(crate) value: String,
    /// What W3C's format has behind the value, `name=value;name`: passed on as it is; empty in the other formats.
    pub(crate) properties: String,
}

/// An item that goes out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemRef<'b> {
    pub(crate) key: &'b str,
    pub(crate) value: &'b str,
    pub(crate) properties: &'b str,
}

/// What becomes of an item that is there already, with the same value, when baggage of another format is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameItem {
    Keep,
    /// The other format is W3C's, whose items have properties, and keys with case.
    Replace,
}

/// How much baggage is taken from one request. What is over a limit is dropped item by item and counted; the
/// trace context is not touched.
///
/// The Jaeger clients have no inbound limit at all; the defaults are W3C Baggage's. The cost grows with the square of
/// the number of items that are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BaggageLimits {
    /// Number of items: 180.
    pub items: usize,
    /// Bytes of all keys and decoded values together: 8,192.
    pub bytes: usize,
}

/// A key as Jaeger's headers have it; most are in lower case anyway.
pub(crate) fn lower_case(key: &str) -> Cow<'_, str> {
    // There is also title case, so the question is not whether anything is upper case.
    let is_lower = key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(key) } else { Cow::Owned(key.to_lowercase()) }
}

// === impl Baggage ===

impl Baggage {
    /// Sets an item; an existing value of the same key is replaced.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.set(BaggageItem { key: key.into(), value: value.into(), properties: String::new() });
    }

    /// Takes an item away, if there is one of this key.
    pub fn remove(&mut self, key: &str) {
        if let Some(at) = self.items.iter().position(|item| item.key == key) {
            let BaggageItem { key, value, properties } = self.items.remove(at);
            self.bytes -= key.len() + value.len() + properties.len();
        }
    }

    /// The value of a key, as it was sent: already decoded.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    /// All items, keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().map(|item| (item.key.as_str(), item.value.as_str()))
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = ItemRef<'_>> {
        self.items.iter().map(|item| ItemRef {
            key: &item.key,
            value: &item.value,
            properties: &item.properties,
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    #[cfg(feature = "opentelemetry")]
    pub(crate) fn into_items(self) -> impl Iterator<Item = BaggageItem> {
        self.items.into_iter()
    }

    pub(crate) fn set(&mut self, item: BaggageItem) {
        let at = self.items.iter().position(|old| old.key == item.key);
        self.set_at(at, item);
    }

    /// Sets an item if that keeps within the limits. Its value is made only then; `least` is how many bytes it will have at
    /// the least.
    pub(crate) fn insert_within(
        &mut self,
        limits: BaggageLimits,
        key: Cow<'_, str>,
        (least, value): (usize, impl FnOnce() -> String),
        properties: &str,
    ) -> Result<(), BaggageDrop> {
        if key.is_empty() {
            return Err(BaggageDrop::Malformed);
        }
        let at = self.items.iter().position(|item| item.key == key);
        self.room(limits, at, key.len() + least + properties.len())?;
        let value = value();
        if value.len() > least {
            self.room(limits, at, key.len() + value.len() + properties.len())?;
        }
        self.set_at(at, BaggageItem { key: key.into_owned(), value, properties: properties.to_owned() });
        Ok(())
    }

    /// Takes over the items whose keys are not there yet; those for which there is no room are told to `dropped`.
    ///
    /// Keys compare ignoring case, because Jaeger's headers lower them. `same` is for an item that says the same in both.
    pub(crate) fn merge(
        &mut self,
        limits: BaggageLimits,
        other: Self,
        same: SameItem,
        mut dropped: impl FnMut(BaggageDrop),
    ) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let own_len = self.len();
        for item in other.items {
            let own = self.items.iter().take(own_len).position(|own| own.key.eq_ignore_ascii_case(&item.key));
            let is_same = own.and_then(|at| self.items.get(at)).is_some_and(|own| own.value == item.value);
            match (own, self.room(limits, own, item.bytes())) {
                (Some(_), _) if !is_same || same == SameItem::Keep => {}
                (_, Ok(())) => self.set_at(own, item),
                (_, Err(cause)) => dropped(cause),
            }
        }
    }

    /// Whether so many bytes keep within the limits, in place of the item at a position or of none.
    fn room(&self, limits: BaggageLimits, at: Option<usize>, bytes: usize) -> Result<(), BaggageDrop> {
        let replaced = at.and_then(|at| self.items.get(at));
        let items = self.len() + usize::from(replaced.is_none());
        let bytes = self.bytes - replaced.map_or(0, BaggageItem::bytes) + bytes;
        match () {
            () if items > limits.items => Err(BaggageDrop::TooManyItems),
            () if bytes > limits.bytes => Err(BaggageDrop::TooManyBytes),
            () => Ok(()),
        }
    }

    fn set_at(&mut self, at: Option<usize>, item: BaggageItem) {
        self.bytes += item.bytes();
        match at.and_then(|at| self.items.get_mut(at)) {
            Some(old) => self.bytes -= mem::replace(old, item).bytes(),
            None => self.items.push(item),
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Baggage {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut baggage = Self::default();
        for (key, value) in items {
            baggage.insert(key, value);
        }
        baggage
    }
}

// === impl BaggageItem ===

impl BaggageItem {
    fn bytes(&self) -> usize {
        self.key.len() + self.value.len() + self.properties.len()
    }
}

// === impl BaggageLimits ===

impl Default for BaggageLimits {
    fn default() -> Self {
        Self { items: 180, bytes: 8192 }
    }
}
