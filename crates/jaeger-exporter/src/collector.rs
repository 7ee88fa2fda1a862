//! Spans to a collector: one HTTP request per batch, in the binary protocol.

use jaeger_thrift::{BatchHead, Binary, Process, SpanBuffer, encode_process, write_batch};
use opentelemetry_sdk::trace::SpanData;

use crate::{convert::encode_span, error::SendError, stats::ExportStats, transport::HttpTransport};

/// The encoder and the buffers it uses again, in front of the transport.
#[derive(Debug)]
pub(crate) struct Collector {
    transport: HttpTransport,
    process: Vec<u8>,
    buffer: SpanBuffer<Binary>,
    spans: Vec<u8>,
    body: Vec<u8>,
}

// === impl Collector ===

impl Collector {
    pub(crate) fn new(transport: HttpTransport) -> Self {
        Self {
            transport,
            process: Vec::new(),
            buffer: SpanBuffer::new(),
            spans: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Binary>(process);
    }

    /// Jaeger's clients number their batches and report their losses over UDP only; so does this one.
    pub(crate) fn export(&mut self, spans: &[SpanData], stats: &ExportStats) -> Result<(), SendError> {
        self.spans.clear();
        for span in spans {
            encode_span(span, &mut self.buffer, &mut self.spans);
        }
        self.body.clear();
        let head = BatchHead { process: &self.process, seq_no: None, stats: None };
        write_batch::<Binary>(&head, &self.spans, spans.len(), &mut self.body);
        match self.transport.send(&self.body) {
            Ok(()) => stats.add_sent(spans.len()),
            Err(error) => {
                stats.add_failed(spans.len(), &error);
                return Err(error);
            }
        }
        Ok(())
    }
}
