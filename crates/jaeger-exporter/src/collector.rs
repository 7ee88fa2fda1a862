//! Spans to a collector: HTTP requests of bounded size, in the binary protocol.

use jaeger_thrift::{BatchHead, Binary, Process, encode_process, write_batch};

use crate::{error::SendError, stats::ExportStats, transport::HttpTransport};

/// Spans in one request, in bytes. Collectors refuse bodies over 20 MiB, with all the spans in it; a few large spans must
/// not cost the others.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Makes requests, in a buffer that it uses again, and sends them.
#[derive(Debug)]
pub(crate) struct Collector {
    transport: HttpTransport,
    process: Vec<u8>,
    body: Vec<u8>,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn new(transport: HttpTransport) -> Self {
        Self { transport, process: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Binary>(process);
    }

    /// One request.
    ///
    /// Jaeger's clients number their batches and report their losses over UDP only; so does this one.
    pub(crate) fn send(&mut self, spans: &[u8], count: usize, stats: &ExportStats) -> Result<(), SendError> {
        self.body.clear();
        let head = BatchHead { process: &self.process, seq_no: None, stats: None };
        write_batch::<Binary>(&head, spans, count, &mut self.body);
        let result = self.transport.send(&self.body);
        match &result {
            Ok(()) => stats.add_sent(count),
            Err(error) => stats.add_failed(count, error),
        }
        result
    }
}
