//! Jaeger's headers in a request.

use super::{Once, Pass};
use crate::{Baggage, BaggageDrop, percent::Coding};

#[derive(Default)]
pub(super) struct JaegerHeaders<'c> {
    pub(super) trace_context: Once<'c>,
    /// The last one, as Jaeger's clients have it.
    pub(super) debug_id: Option<&'c [u8]>,
    pub(super) by_hand: Baggage,
    pub(super) baggage: Baggage,
}

// === impl JaegerHeaders ===

impl JaegerHeaders<'_> {
    /// `uberctx-key: value`.
    pub(super) fn item(&mut self, pass: Pass<'_>, key: &str, value: &[u8]) {
        if let Some(value) = pass.text(value)
            && let Some(key) = pass.lowered(&self.baggage, key)
        {
            pass.insert(&mut self.baggage, key, (value, pass.coding), "");
        }
    }

    /// `jaeger-baggage: key1=value1, key2=value2`, coded as a whole.
    pub(super) fn items_by_hand(&mut self, pass: Pass<'_>, value: &[u8]) {
        if let Ok(text) = std::str::from_utf8(value) {
            let coding = pass.coding.of_whole(text);
            coding.split(text, b',').for_each(|token| self.item_by_hand(pass, coding, token));
            return;
        }
        // What is no text cannot be decoded as a whole; a token of it may be text all the same.
        for token in value.split(|byte| *byte == b',').filter_map(|token| pass.text(token)) {
            self.item_by_hand(pass, Coding::Plain, token);
        }
    }

    /// A token without exactly one `=` is not an item.
    fn item_by_hand(&mut self, pass: Pass<'_>, coding: Coding, token: &str) {
        let mut parts = coding.split(token, b'=').map(str::trim);
        let (key, value) = match (parts.next(), parts.next(), parts.next()) {
            (Some(key), Some(value), None) => (key, value),
            (Some(""), None, None) => return,
            (Some(one), None, None) if coding.is_blank(one) => return,
            _ => return pass.dropped(BaggageDrop::Malformed),
        };
        if pass.has_room_for(coding.decoded_len(key) + coding.decoded_len(value)) {
            let (key, value) = (coding.decode(key), coding.decode(value));
            if let Some(key) = pass.lowered(&self.by_hand, key.trim()) {
                pass.insert(&mut self.by_hand, key, (value.trim(), Coding::Plain), "");
            }
        }
    }
}
