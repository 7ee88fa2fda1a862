//! What the headers of one request have in common.

use std::borrow::Cow;

use crate::{
    Baggage, BaggageDrop,
    baggage::{SameItem, lower_case},
    percent::Coding,
    propagator::Shared,
};

/// The propagator, and how values are coded in this carrier.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'p> {
    pub(crate) shared: &'p Shared,
    /// Of Jaeger's values.
    pub(crate) coding: Coding,
}

// === impl Pass ===

impl Pass<'_> {
    pub(super) fn text(self, value: &[u8]) -> Option<&str> {
        let text = std::str::from_utf8(value).ok();
        if text.is_none() {
            self.dropped(BaggageDrop::NotText);
        }
        text
    }

    /// What could never be kept is not even decoded.
    pub(super) fn has_room_for(self, bytes: usize) -> bool {
        let has_room = bytes <= self.shared.limits.bytes;
        if !has_room {
            self.dropped(BaggageDrop::TooManyBytes);
        }
        has_room
    }

    /// A key in lower case; `None` if an item with it could not be kept.
    pub(super) fn lowered<'k>(self, baggage: &Baggage, key: &'k str) -> Option<Cow<'k, str>> {
        let is_full = baggage.len() >= self.shared.limits.items;
        if is_full && !baggage.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)) {
            self.dropped(BaggageDrop::TooManyItems);
            return None;
        }
        self.has_room_for(key.len()).then(|| lower_case(key))
    }

    pub(super) fn dropped(self, cause: BaggageDrop) {
        self.shared.counters.count_baggage_dropped(cause);
    }

    /// Keeps an item if there is room for it. What is not kept is not allocated either.
    pub(crate) fn insert(
        self,
        baggage: &mut Baggage,
        key: Cow<'_, str>,
        (value, coding): (&str, Coding),
        properties: &str,
    ) {
        // To count what decoding leaves is worth it only where it decides.
        let most = baggage.bytes() + key.len() + value.len() + properties.len();
        let bytes = if most <= self.shared.limits.bytes { 0 } else { coding.decoded_len(value) };
        let value = || coding.decode(value).into_owned();
        if let Err(cause) = baggage.insert_within(self.shared.limits, key, (bytes, value), properties) {
            self.dropped(cause);
        }
    }

    pub(super) fn merge(self, baggage: &mut Baggage, other: Baggage, same: SameItem) {
        baggage.merge(self.shared.limits, other, same, |cause| self.dropped(cause));
    }

    /// The text of a `jaeger-debug-id`; `None` if it is blank or no text.
    pub(super) fn debug_id(self, value: &[u8]) -> Option<String> {
        let id = self.coding.decode(std::str::from_utf8(value).ok()?);
        (!id.trim().is_empty()).then(|| id.into_owned())
    }
}
