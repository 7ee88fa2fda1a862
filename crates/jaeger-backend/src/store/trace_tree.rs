//! The tree of a trace's spans, whatever their references say.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::ReceivedSpan;

/// Every span of a trace exactly once, parents before children and siblings by start time.
///
/// Spans with an unknown parent are roots; so is one span of each cycle. Of spans with the same id the first
/// one gets the children.
#[derive(Debug)]
pub(crate) struct TraceTree<'a> {
    nodes: Vec<Node<'a>>,
}

/// A span and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    /// The span.
    pub(crate) span: &'a ReceivedSpan,
    /// Position of the span in the slice the tree was made of.
    pub(crate) index: usize,
    /// 0 for a root.
    pub(crate) depth: usize,
}

type Children<'a> = HashMap<usize, Vec<Node<'a>>>;

// === impl TraceTree ===

impl<'a> TraceTree<'a> {
    /// Orders the spans.
    pub(crate) fn of(spans: &'a [Arc<ReceivedSpan>]) -> Self {
        let (mut roots, mut children) = link(spans);
        let mut placed = HashSet::new();
        let mut nodes = Vec::with_capacity(spans.len());
        sort(&mut roots);
        for root in roots {
            descend(root, &mut children, &mut placed, &mut nodes);
        }
        let all = spans.iter().enumerate();
        // What is left hangs on a cycle: the first span of each is made a root.
        for (index, span) in all {
            if !placed.contains(&index) {
                let root = Node { span, index, depth: 0 };
                descend(root, &mut children, &mut placed, &mut nodes);
            }
        }
        Self { nodes }
    }

    /// The spans, parents before children.
    pub(crate) fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }
}

/// The roots, and the children of each position; depths are not set yet.
fn link(spans: &[Arc<ReceivedSpan>]) -> (Vec<Node<'_>>, Children<'_>) {
    let mut by_id = HashMap::new();
    for (index, span) in spans.iter().enumerate() {
        by_id.entry(span.span.span_id).or_insert(index);
    }
    let (mut roots, mut children) = (Vec::new(), Children::new());
    for (index, span) in spans.iter().enumerate() {
        let parent = span.parent_id().and_then(|id| by_id.get(&id).copied());
        let node = Node { span, index, depth: 0 };
        match parent.filter(|parent| *parent != index) {
            Some(parent) => children.entry(parent).or_default().push(node),
            None => roots.push(node),
        }
    }
    (roots, children)
}

/// Appends the root and what is below it, without recursion: depth is the sender's choice.
fn descend<'a>(
    root: Node<'a>,
    children: &mut Children<'a>,
    placed: &mut HashSet<usize>,
    nodes: &mut Vec<Node<'a>>,
) {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if !placed.insert(node.index) {
            continue;
        }
        nodes.push(node);
        let mut below = children.remove(&node.index).unwrap_or_default();
        sort(&mut below);
        let depth = node.depth + 1;
        pending.extend(below.into_iter().rev().map(|child| Node { depth, ..child }));
    }
}

fn sort(nodes: &mut [Node<'_>]) {
    nodes.sort_by(|a, b| {
        let key = |node: &Node<'_>| (node.span.span.start_time, node.index);
        key(a).cmp(&key(b))
    });
}
