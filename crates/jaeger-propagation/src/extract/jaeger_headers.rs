//! Jaeger's headers in a request.

use super::{Once, Pass};
use crate::{Baggage, BaggageDrop, baggage::lower_case, percent::Coding};

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
            && pass.has_room_for(key.len())
        {
            pass.insert(&mut self.baggage, &lower_case(key), (value, pass.coding), "");
        }
    }

    /// `jaeger-baggage: key1=value1, key2=value2`, coded as a whole; a token without exactly one `=` is not an item.
    pub(super) fn items_by_hand(&mut self, pass: Pass<'_>, value: &[u8]) {
        let Some(text) = pass.text(value) else { return };
        let coding = pass.coding.of_whole(text);
        for token in coding.split(text, b',').filter(|token| pass.has_room_for(coding.decoded_len(token))) {
            let mut parts = coding.split(token, b'=').map(|part| coding.decode(part));
            match (parts.next(), parts.next(), parts.next()) {
                (Some(key), Some(value), None) => {
                    let (key, value) = (lower_case(key.trim()), (value.trim(), Coding::Plain));
                    pass.insert(&mut self.by_hand, &key, value, "");
                }
                (Some(blank), None, None) if blank.trim().is_empty() => {}
                _ => pass.dropped(BaggageDrop::Malformed),
            }
        }
    }
}
