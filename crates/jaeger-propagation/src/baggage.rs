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

/// How much baggage is taken from one request. What is over a limit is dropped item by item and counted; the
/// trace context is not touched.
///
/// The Jaeger clients have no inbound limit at all; the defaults are W3C Baggage's.
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

    /// The value of a key, as it was sent: already decoded.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.find(key).map(|item| item.value.as_str())
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

    #[cfg(feature = "opentelemetry")]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    #[cfg(feature = "opentelemetry")]
    pub(crate) fn into_items(self) -> impl Iterator<Item = BaggageItem> {
        self.items.into_iter()
    }

    pub(crate) fn set(&mut self, item: BaggageItem) {
        self.bytes += item.bytes();
        match self.items.iter_mut().find(|old| old.key == item.key) {
            Some(old) => self.bytes -= mem::replace(old, item).bytes(),
            None => self.items.push(item),
        }
    }

    /// Whether an item with such a key and so many further bytes keeps within the limits. Asked before the item is made, so
    /// that one which is not kept costs no allocation.
    pub(crate) fn room(&self, limits: BaggageLimits, key: &str, bytes: usize) -> Result<(), BaggageDrop> {
        let replaced = self.find(key);
        let items = self.len() + usize::from(replaced.is_none());
        let bytes = self.bytes - replaced.map_or(0, BaggageItem::bytes) + key.len() + bytes;
        match () {
            () if items > limits.items => Err(BaggageDrop::TooManyItems),
            () if bytes > limits.bytes => Err(BaggageDrop::TooManyBytes),
            () => Ok(()),
        }
    }

    /// Takes over the items whose keys are not there yet; those for which there is no room are told to `dropped`.
    ///
    /// Keys compare ignoring case, because Jaeger's headers lower them. Of two items that say the same, the other one is
    /// kept: it has the spelling and the properties of W3C's format.
    pub(crate) fn add_missing(
        &mut self,
        limits: BaggageLimits,
        other: Self,
        mut dropped: impl FnMut(BaggageDrop),
    ) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let own_len = self.len();
        for item in other.items {
            let same_key = |own: &&mut BaggageItem| own.key.eq_ignore_ascii_case(&item.key);
            if let Some(own) = self.items.iter_mut().take(own_len).find(same_key) {
                if own.value == item.value {
                    self.bytes += item.properties.len() - own.properties.len();
                    *own = item;
                }
                continue;
            }
            match self.room(limits, &item.key, item.bytes() - item.key.len()) {
                Ok(()) => self.set(item),
                Err(cause) => dropped(cause),
            }
        }
    }

    fn find(&self, key: &str) -> Option<&BaggageItem> {
        self.items.iter().find(|item| item.key == key)
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
