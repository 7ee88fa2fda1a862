//! Zipkin's clients give the server's span of a call the id of the client's; here each gets one of its own.

use std::collections::{HashMap, HashSet};

use super::AdjustedSpan;

/// Gives server spans that share their id with a client span a new one, below the client's. What was below the shared id is below the
/// server's then.
pub(super) fn separate(spans: &mut [AdjustedSpan<'_>]) {
    let clients: HashSet<i64> =
        spans.iter().filter(|span| span.is_kind("client")).map(|span| span.span_id).collect();
    let mut used: HashSet<i64> = spans.iter().map(|span| span.span_id).collect();
    let mut new_ids = HashMap::new();
    let mut next = 1;
    for span in spans.iter_mut().filter(|span| clients.contains(&span.span_id) && span.is_kind("server")) {
        while !used.insert(next) {
            next += 1;
        }
        new_ids.insert(span.span_id, next);
        span.replace_parent(span.span_id);
        span.span_id = next;
    }
    if new_ids.is_empty() {
        return;
    }
    for span in spans {
        let parent = span.parent_id().and_then(|parent| new_ids.get(&parent).copied());
        if let Some(parent) = parent.filter(|parent| *parent != span.span_id) {
            span.replace_parent(parent);
        }
    }
}
