//! All spans received so far of one trace.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use jaeger_thrift::Process;

use super::tree_difference::difference;
use super::weight::{self, TRACE_BYTES};
use super::{ReceivedSpan, TraceId, TraceTree, TreeDifference, process_hash};
use crate::json::value_as_text;

/// The spans of one trace that were received so far, in the order in which they came.
///
/// It is a snapshot: spans that come later are in the next one.
#[derive(Clone, Debug)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Arc<ReceivedSpan>>,
    /// By what they say.
    processes: HashMap<u64, Vec<Arc<Process>>>,
    /// The process that came last, and the equal one that is kept: the spans of a batch share one.
    latest: Option<(Arc<Process>, Arc<Process>)>,
    bytes: usize,
}

/// Where a span goes in its trace.
#[derive(Debug)]
pub(super) struct Place {
    /// The process that is kept already.
    known: Option<Arc<Process>>,
    /// By how much the trace grows.
    pub(super) bytes: usize,
}

// === impl Trace ===

impl Trace {
    pub(super) fn new(id: TraceId) -> Self {
        Self { id, spans: Vec::new(), processes: HashMap::new(), latest: None, bytes: TRACE_BYTES }
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
    /// spaces per level, children by start time. Control characters are `\u{fffd}`.
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
            let line = format!("{}: {}{values}", span.service(), span.operation());
            // A name with a line end must not look like two spans.
            let line = line.replace(char::is_control, "\u{fffd}");
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:indent$}{line}", "");
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

    /// Where a span would go. Equal processes are kept once, because each batch of a client brings a copy.
    pub(super) fn place_for(&self, span: &ReceivedSpan) -> Place {
        let known = self.known(&span.process);
        let of_process = if known.is_some() { 0 } else { weight::process_bytes(&span.process) };
        Place { known, bytes: weight::span_bytes(&span.span) + of_process }
    }

    /// Adds a span at its place.
    pub(super) fn add(&mut self, mut span: ReceivedSpan, place: Place) {
        self.bytes += place.bytes;
        let sent = Arc::clone(&span.process);
        match place.known {
            Some(known) => span.process = known,
            None => self.processes.entry(hash_of(&sent)).or_default().push(Arc::clone(&sent)),
        }
        self.latest = Some((sent, Arc::clone(&span.process)));
        self.spans.push(Arc::new(span));
    }

    fn known(&self, process: &Arc<Process>) -> Option<Arc<Process>> {
        match &self.latest {
            Some((latest, known)) if Arc::ptr_eq(latest, process) => Some(Arc::clone(known)),
            None => None,
            Some(_) => self.processes.get(&hash_of(process))?.iter().find(|known| *known == process).cloned(),
        }
    }
}

fn hash_of(process: &Process) -> u64 {
    process_hash(&process.service_name, process.tags.iter())
}
