//! What one message brings of one process.

use jaeger_thrift::{Batch, Process, Span};

use super::Rest;

/// The spans of a process, before they are taken in.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) process: Process,
    pub(crate) spans: Vec<(Span, Rest)>,
}

// === impl Incoming ===

impl From<Batch> for Incoming {
    fn from(batch: Batch) -> Self {
        let spans = batch.spans.into_iter().map(|span| (span, Rest::default())).collect();
        Self { process: batch.process, spans }
    }
}
