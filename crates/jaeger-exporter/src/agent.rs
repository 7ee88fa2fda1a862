//! Spans to an agent: UDP packets in the compact protocol, filled by serialized size.

use std::sync::Arc;

use jaeger_thrift::{BatchHead, ClientStats, Compact, Process, SpanBuffer, encode_process, write_emit_batch};
use opentelemetry_sdk::trace::SpanData;

use crate::{
    convert::encode_span,
    error::SendError,
    reporter::ReporterStats,
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, UdpTransport},
};

/// The count of a compact list of 15 and more elements: a varint of up to 5 bytes.
const MAX_COUNT_BYTES: usize = 5;

/// Packs each span behind the others until the packet is full; every span is serialized once.
#[derive(Debug)]
pub(crate) struct Agent {
    transport: UdpTransport,
    process: Vec<u8>,
    max_packet_bytes: usize,
    buffer: SpanBuffer<Compact>,
    /// The spans of the packet that is being filled.
    spans: Vec<u8>,
    span_count: usize,
    packet: Vec<u8>,
    packets: i64,
    reporter: Option<Arc<ReporterStats>>,
}

// === impl Agent ===

impl Agent {
    pub(crate) fn new(transport: UdpTransport) -> Self {
        Self {
            transport,
            process: Vec::new(),
            max_packet_bytes: DEFAULT_MAX_PACKET_BYTES,
            buffer: SpanBuffer::new(),
            spans: Vec::new(),
            span_count: 0,
            packet: Vec::new(),
            packets: 0,
            reporter: None,
        }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Compact>(process);
    }

    pub(crate) fn set_max_packet_bytes(&mut self, bytes: usize) {
        self.max_packet_bytes = bytes;
    }

    pub(crate) fn set_reporter(&mut self, stats: Arc<ReporterStats>) {
        self.reporter = Some(stats);
    }

    /// Sends as many packets as it takes. A packet that fails does not keep the others from being sent.
    pub(crate) fn export(&mut self, spans: &[SpanData], stats: &ExportStats) -> Result<(), SendError> {
        self.spans.clear();
        self.span_count = 0;
        let room = self.max_packet_bytes.saturating_sub(self.overhead());
        let mut result = Ok(());
        for span in spans {
            let start = self.spans.len();
            encode_span(span, &mut self.buffer, &mut self.spans);
            let span_bytes = self.spans.len() - start;
            if span_bytes > room {
                self.spans.truncate(start);
                stats.add_too_large(span_bytes, self.max_packet_bytes);
                continue;
            }
            if self.spans.len() > room {
                result = result.and(self.send(start, stats));
            }
            self.span_count += 1;
        }
        result.and(self.send(self.spans.len(), stats))
    }

    /// Sends the first `end` bytes of the spans; what follows them opens the next packet.
    fn send(&mut self, end: usize, stats: &ExportStats) -> Result<(), SendError> {
        let count = std::mem::take(&mut self.span_count);
        if count == 0 {
            return Ok(());
        }
        self.packets += 1;
        let head =
            BatchHead { process: &self.process, seq_no: Some(self.packets), stats: Some(self.losses(stats)) };
        self.packet.clear();
        let spans = self.spans.get(..end).unwrap_or_default();
        write_emit_batch::<Compact>(self.packets as i32, &head, spans, count, &mut self.packet);
        self.spans.drain(..end);
        let result = self.transport.send(&self.packet);
        match &result {
            Ok(()) => stats.add_sent(count),
            Err(error) => stats.add_failed(count, error),
        }
        result
    }

    fn losses(&self, stats: &ExportStats) -> ClientStats {
        let queue_full = self.reporter.as_ref().map_or(0, |reporter| reporter.dropped_queue_full());
        ClientStats {
            full_queue_dropped_spans: saturate(queue_full),
            too_large_dropped_spans: saturate(stats.too_large()),
            failed_to_emit_spans: saturate(stats.failed()),
        }
    }

    /// The size of a packet besides its spans, at its largest.
    fn overhead(&self) -> usize {
        let worst = ClientStats {
            full_queue_dropped_spans: i64::MAX,
            too_large_dropped_spans: i64::MAX,
            failed_to_emit_spans: i64::MAX,
        };
        let head = BatchHead { process: &self.process, seq_no: Some(i64::MAX), stats: Some(worst) };
        let mut packet = Vec::new();
        write_emit_batch::<Compact>(-1, &head, &[], 0, &mut packet);
        packet.len() + MAX_COUNT_BYTES
    }
}

fn saturate(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
