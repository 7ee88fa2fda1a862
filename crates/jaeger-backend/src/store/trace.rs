//! All spans received so far of one trace.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use jaeger_thrift::Process;

use super::weight::{self, TRACE_BYTES};
use super::{ReceivedSpan, TraceId, TraceTree};

/// The spans of one trace that were received so far, in the order in which they came.
///
/// It is a snapshot: spans that come later are in the next one.
#[derive(Clone, Debug)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Arc<ReceivedSpan>>,
    processes: Vec<Arc<Process>>,
    bytes: usize,
}

// === impl Trace ===

impl Trace {
    pub(super) fn new(id: TraceId) -> Self {
        Self { id, spans: Vec::new(), processes: Vec::new(), bytes: TRACE_BYTES }
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
        let mut text = String::new();
        for node in TraceTree::of(&self.spans).nodes() {
            let (indent, span) = (2 * node.depth, node.span);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:indent$}{}: {}", "", span.service(), span.operation());
        }
        text
    }

    /// Estimated memory in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// By how many bytes [`add`](Self::add) would let the trace grow.
    pub(super) fn growth(&self, span: &ReceivedSpan) -> usize {
        let known = self.known_process(&span.process).is_some();
        let process = if known { 0 } else { weight::process_bytes(&span.process) };
        weight::span_bytes(&span.span) + process
    }

    /// Adds a span. Equal processes are kept once, because each batch of a client brings a copy.
    pub(super) fn add(&mut self, mut span: ReceivedSpan) {
        self.bytes += self.growth(&span);
        match self.known_process(&span.process) {
            Some(known) => span.process = known,
            None => self.processes.push(Arc::clone(&span.process)),
        }
        self.spans.push(Arc::new(span));
    }

    fn known_process(&self, process: &Arc<Process>) -> Option<Arc<Process>> {
        self.processes.iter().find(|known| Arc::ptr_eq(known, process) || *known == process).cloned()
    }
}
