//! Warns of clocks that differ between hosts, of ids that spans share and of parents that are not there.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::AdjustedSpan;
use crate::json::print_nanoseconds;

/// The first span of an id, with its place in the tree.
struct Node {
    at: usize,
    host: Arc<str>,
    /// Nanoseconds.
    start: i128,
    duration: i128,
    children: Vec<i64>,
}

/// By how much the clock of a span's host seems to be off, in nanoseconds.
#[derive(Clone)]
struct Skew {
    host: Arc<str>,
    delta: i128,
}

pub(super) fn warn(spans: &mut [AdjustedSpan<'_>]) {
    let mut nodes = HashMap::new();
    for (at, span) in spans.iter_mut().enumerate() {
        match nodes.entry(span.span_id) {
            Entry::Vacant(place) => _ = place.insert(Node::new(at, span)),
            Entry::Occupied(_) => {
                span.warnings.push("duplicate span IDs; skipping clock skew adjustment".to_owned());
            }
        }
    }
    let roots = link(spans, &mut nodes);
    let mut pending: Vec<_> = roots.into_iter().map(|root| (root, None, None)).collect();
    // Without recursion: the depth is the sender's choice. Spans on a cycle are below no root.
    while let Some((id, parent, skew)) = pending.pop() {
        let Some(node) = nodes.get(&id) else { continue };
        let parent: Option<&Node> = parent.and_then(|parent| nodes.get(&parent));
        let skew: Option<Skew> = skew;
        let skew = match (parent, skew) {
            (Some(_), Some(skew)) if skew.host == node.host && !node.host.is_empty() => skew,
            (Some(parent), _) => Skew { host: node.host.clone(), delta: node.delta(parent) },
            (None, _) => Skew { host: node.host.clone(), delta: 0 },
        };
        if skew.delta != 0
            && let Some(span) = spans.get_mut(node.at)
        {
            let delta = print_nanoseconds(skew.delta);
            let text = format!("clock skew adjustment disabled; not applying calculated delta of {delta}");
            span.warnings.push(text);
        }
        pending.extend(node.children.iter().map(|child| (*child, Some(id), Some(skew.clone()))));
    }
}

/// Puts each node below its parent, and returns the ids of those without one.
fn link(spans: &mut [AdjustedSpan<'_>], nodes: &mut HashMap<i64, Node>) -> Vec<i64> {
    let mut roots = Vec::new();
    let ids: Vec<_> = nodes.iter().map(|(id, node)| (*id, node.at)).collect();
    for (id, at) in ids {
        let Some(span) = spans.get_mut(at) else { continue };
        let Some(parent) = span.parent_id() else {
            roots.push(id);
            continue;
        };
        if let Some(parent) = nodes.get_mut(&parent) {
            parent.children.push(id);
        } else {
            let parent = parent.cast_unsigned();
            let text = format!("invalid parent span IDs={parent:016x}; skipping clock skew adjustment");
            span.warnings.push(text);
            roots.push(id);
        }
    }
    roots
}

// === impl Node ===

impl Node {
    fn new(at: usize, span: &AdjustedSpan<'_>) -> Self {
        let (start, duration) = span.received.nanoseconds();
        Self { at, host: Arc::clone(&span.process.host), start, duration, children: Vec::new() }
    }

    /// What would have to be added to its times to make it fit into its parent.
    fn delta(&self, parent: &Self) -> i128 {
        let spare = parent.duration - self.duration;
        let late = self.start - parent.start;
        if spare < 0 {
            // An asynchronous child may outlast its parent, but not begin before it.
            return -late.min(0);
        }
        if (0..=spare).contains(&late) { 0 } else { spare / 2 - late }
    }
}
