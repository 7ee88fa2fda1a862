//! Spans to a collector: HTTP requests of bounded size, in the binary protocol.

use std::iter;

use jaeger_thrift::{BatchHead, Binary, Process, encode_process, write_batch_frame};

use crate::{error::SendError, stats::ExportStats, transport::HttpTransport};

/// Spans in one request, in bytes. Collectors refuse bodies over 20 MiB, with all the spans in it; a few large spans must
/// not cost the others.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Makes requests around spans that stay where they are, and sends them.
#[derive(Debug)]
pub(crate) struct Collector {
    transport: HttpTransport,
    process: Vec<u8>,
    /// What is before the spans and what is behind them.
    frame: Vec<u8>,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn new(transport: HttpTransport) -> Self {
        Self { transport, process: Vec::new(), frame: Vec::new() }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Binary>(process);
    }

    /// One request.
    ///
    /// Jaeger's clients number their batches and report their losses over UDP only; so does this one.
    pub(crate) fn send(
        &mut self,
        spans: &[&[u8]],
        count: usize,
        stats: &ExportStats,
    ) -> Result<(), SendError> {
        self.frame.clear();
        let head = BatchHead { process: &self.process, seq_no: None, stats: None };
        let place = write_batch_frame::<Binary>(&head, count, &mut self.frame);
        let (before, behind) = self.frame.split_at_checked(place).unwrap_or_default();
        let parts: Vec<_> = iter::once(before).chain(spans.iter().copied()).chain([behind]).collect();
        self.transport.send_parts(&parts).map(|()| stats.add_sent(count))
    }
}
