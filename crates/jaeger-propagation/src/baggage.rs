//! Baggage: key/value pairs that travel with the trace to every later service.

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
    items: Vec<(String, String)>,
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

// === impl Baggage ===

impl Baggage {
    /// Sets an item; an existing value of the same key is replaced.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        match self.items.iter_mut().find(|(k, _)| *k == key) {
            Some((_, old)) => *old = value,
            None => self.items.push((key, value)),
        }
    }

    /// The value of a key, as it was sent: already decoded.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// All items, keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Sets an item if that keeps within the limits, and says whether it did.
    pub(crate) fn insert_within(&mut self, limits: BaggageLimits, key: &str, value: &str) -> bool {
        let old = self.get(key).map(str::len);
        let items = self.len() + usize::from(old.is_none());
        let bytes = self.bytes() - old.unwrap_or(0) + value.len() + if old.is_none() { key.len() } else { 0 };
        let fits = items <= limits.items && bytes <= limits.bytes;
        if fits {
            self.insert(key, value);
        }
        fits
    }

    fn bytes(&self) -> usize {
        self.iter().map(|(key, value)| key.len() + value.len()).sum()
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

// === impl BaggageLimits ===

impl Default for BaggageLimits {
    fn default() -> Self {
        Self { items: 180, bytes: 8192 }
    }
}
