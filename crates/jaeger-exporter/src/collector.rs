//! Spans to a collector: HTTP requests of bounded size, in the binary protocol.

use jaeger_thrift::{BatchHead, Binary, Process, encode_process, write_batch};
use opentelemetry_sdk::trace::SpanData;

use crate::{error::SendError, packing::Packing, stats::ExportStats, transport::HttpTransport};

/// Spans in one request, in bytes. Collectors refuse bodies over 20 MiB, with all the spans in it; a few large spans must
/// not cost the others.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The encoder and the buffers it uses again, in front of the transport.
#[derive(Debug)]
pub(crate) struct Collector {
    transport: HttpTransport,
    process: Vec<u8>,
    packing: Packing<Binary>,
    body: Vec<u8>,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn new(transport: HttpTransport) -> Self {
        Self { transport, process: Vec::new(), packing: Packing::new(), body: Vec::new() }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Binary>(process);
    }

    /// Sends as many requests as it takes, usually one. Returns the first failure; the other requests are sent all the
    /// same.
    ///
    /// Jaeger's clients number their batches and report their losses over UDP only; so does this one.
    pub(crate) fn export(&mut self, spans: &[SpanData], stats: &ExportStats) -> Result<(), SendError> {
        let Self { transport, process, packing, body } = self;
        let mut result = Ok(());
        packing.parts(spans, MAX_BODY_BYTES, |part, count| {
            body.clear();
            let head = BatchHead { process, seq_no: None, stats: None };
            write_batch::<Binary>(&head, part, count, body);
            let sent = transport.send(body);
            match &sent {
                Ok(()) => stats.add_sent(count),
                Err(error) => stats.add_failed(count, error),
            }
            if result.is_ok() {
                result = sent;
            }
        });
        result
    }
}
