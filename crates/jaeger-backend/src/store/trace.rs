//! All spans received so far of one trace.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use jaeger_thrift::Process;

use super::tree_difference::difference;
use super::weight::{self, TRACE_BYTES};
use super::{ReceivedSpan, TraceId, TraceTree, TreeDifference};
use crate::json::value_as_text;

/// The spans of one trace that were received so far, in the order in which they came.
///
/// It is a snapshot: spans that come later are in the next one.
#[derive(Clone, Debug)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Arc<ReceivedSpan>>,
    processes: Vec<Arc<Process>>,
    /// The process that came last, and the equal one that is kept: the spans of a batch share one.
    latest: Option<(Arc<Process>, Arc<Process>)>,
    bytes: usize,
}

// === impl Trace ===

impl Trace {
    pub(super) fn new(id: TraceId) -> Self {
        Self { id, spans: Vec::new(), processes: Vec::new(), latest: None, bytes: TRACE_BYTES }
    }

    /// The id of the trace.
    pub fn id(&self) -> TraceId {
        self.id
    }

    /// The spans in the order in which they came, usually children before their parents.
    pub fn spans(&self) -> &[Arc<ReceivedSpan>] {
        &self.spans
    }

    /// The first received span of that operation name, if there is one.
    pub fn find(&self, operation: &str) -> Option<&ReceivedSpan> {
        self.spans.iter().map(Arc::as_ref).find(|span| span.operation() == operation)
    }

    /// The names of the services that took part, sorted.
    pub fn services(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.spans.iter().map(|span| span.service()).collect();
        names.into_iter().collect()
    }

    /// The trace as text, to be compared in a test: a line `service: operation` per span, indented by two
    /// spaces per level, children by start time.
    pub fn tree(&self) -> String {
        self.tree_with(&[])
    }

    /// The same with the values of these tags, of those spans that have them: `service: operation [error=true]`.
    pub fn tree_with(&self, tags: &[&str]) -> String {
        let mut text = String::new();
        for node in TraceTree::of(&self.spans).nodes() {
            let (indent, span) = (2 * node.depth, node.span);
            let value = |key: &&str| Some(format!("{key}={}", value_as_text(span.tag(key)?)));
            let values: Vec<_> = tags.iter().filter_map(value).collect();
            let values = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(" ")) };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:indent$}{}: {}{values}", "", span.service(), span.operation());
        }
        text
    }

    /// Compares the trace with a [`tree`](Self::tree) in which the order of siblings does not count, because it depends on times. A
    /// common indentation does not count either.
    ///
    /// # Errors
    /// If they differ, with what is missing and what is too much.
    pub fn compare_tree(&self, expected: &str) -> Result<(), TreeDifference> {
        self.compare_tree_with(&[], expected)
    }

    /// The same with the values of [these tags](Self::tree_with).
    ///
    /// # Errors
    /// If they differ, with what is missing and what is too much.
    pub fn compare_tree_with(&self, tags: &[&str], expected: &str) -> Result<(), TreeDifference> {
        difference(expected, &self.tree_with(tags)).map_or(Ok(()), Err)
    }

    /// Estimated memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The least by which [`add`](Self::add) lets the trace grow: what a process that is not known yet adds comes on top.
    pub(super) fn growth(&self, span: &ReceivedSpan) -> usize {
        weight::span_bytes(&span.span)
    }

    /// Adds a span. Equal processes are kept once, because each batch of a client brings a copy.
    pub(super) fn add(&mut self, mut span: ReceivedSpan) {
        self.bytes += self.growth(&span);
        span.process = self.known_process(&span.process);
        self.spans.push(Arc::new(span));
    }

    fn known_process(&mut self, process: &Arc<Process>) -> Arc<Process> {
        if let Some((latest, known)) = &self.latest
            && Arc::ptr_eq(latest, process)
        {
            return Arc::clone(known);
        }
        let known = self.processes.iter().find(|known| *known == process).cloned();
        let known = known.unwrap_or_else(|| {
            self.bytes += weight::process_bytes(process);
            self.processes.push(Arc::clone(process));
            Arc::clone(process)
        });
        self.latest = Some((Arc::clone(process), Arc::clone(&known)));
        known
    }
}
