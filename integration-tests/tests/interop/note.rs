//! What a hop tells of itself, and whether a chain of hops is one trace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The JSON that every hop answers with; `integration-tests/peers/README.md` has the fields.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) service: String,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: String,
    pub(crate) sampled: bool,
    pub(crate) debug: bool,
    pub(crate) baggage: Baggage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_span_id: Option<String>,
}

pub(crate) type Baggage = BTreeMap<String, String>;

/// The baggage item that a hop adds.
pub(crate) fn own_item(service: &str) -> (String, String) {
    (format!("from-{service}"), format!(r#"{service}: 1 + 1 = 100% ☃ a/b;c,d="e""#))
}

/// Asserts that the hops are those, in one trace, each ChildOf the one before, and that each has read the caller's baggage and
/// what the hops before it have added.
pub(crate) fn assert_chain(notes: &[Note], services: &[&str], mut baggage: Baggage) {
    let found: Vec<_> = notes.iter().map(|note| note.service.as_str()).collect();
    assert_eq!(found, services);
    for (note, before) in notes.iter().skip(1).zip(notes) {
        assert_eq!(note.trace_id, before.trace_id, "{} after {}", note.service, before.service);
        assert_eq!(Some(&note.parent_id), before.client_span_id.as_ref(), "{note:?} after {before:?}");
        assert_ne!(note.span_id, note.parent_id, "{note:?}");
    }
    for note in notes {
        if note.service == "otel-js" {
            // Its extraction passes an item with an empty value over.
            baggage.retain(|_, value| !value.is_empty());
        }
        assert_eq!(note.baggage, baggage, "{}", note.service);
        baggage.extend([own_item(&note.service)]);
    }
}
