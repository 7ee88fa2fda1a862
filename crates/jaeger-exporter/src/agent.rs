//! Spans to an agent: UDP packets in the compact protocol, filled by serialized size.

use std::sync::Arc;

use jaeger_thrift::{BatchHead, ClientStats, Compact, Process, encode_process, write_emit_batch};
use opentelemetry_sdk::trace::SpanData;

use crate::{
    error::SendError,
    packing::Packing,
    reporter::ReporterStats,
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, UdpTransport},
};

/// The count of a compact list of 15 and more elements: a varint of up to 5 bytes.
const MAX_COUNT_BYTES: usize = 5;

/// Packs each span behind the others until the packet is full.
#[derive(Debug)]
pub(crate) struct Agent {
    packing: Packing<Compact>,
    packets: Packets,
}

/// The packets themselves, numbered.
#[derive(Debug)]
struct Packets {
    transport: UdpTransport,
    process: Vec<u8>,
    max_bytes: usize,
    packet: Vec<u8>,
    sent: i64,
    reporter: Option<Arc<ReporterStats>>,
}

// === impl Agent ===

impl Agent {
    pub(crate) fn new(transport: UdpTransport) -> Self {
        let packets = Packets {
            transport,
            process: Vec::new(),
            max_bytes: DEFAULT_MAX_PACKET_BYTES,
            packet: Vec::new(),
            sent: 0,
            reporter: None,
        };
        Self { packing: Packing::new(), packets }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.packets.process = encode_process::<Compact>(process);
    }

    pub(crate) fn set_max_packet_bytes(&mut self, bytes: usize) {
        self.packets.max_bytes = bytes;
    }

    pub(crate) fn set_reporter(&mut self, stats: Arc<ReporterStats>) {
        self.packets.reporter = Some(stats);
    }

    /// Sends as many packets as it takes. A packet that fails does not keep the others from being sent.
    pub(crate) fn export(&mut self, spans: &[SpanData], stats: &ExportStats) -> Result<(), SendError> {
        let Self { packing, packets } = self;
        let room = packets.max_bytes.saturating_sub(packets.overhead());
        let mut result = Ok(());
        packing.parts(spans, room, |part, count| {
            if part.len() > room {
                return stats.add_too_large(part.len(), packets.max_bytes);
            }
            let sent = packets.send(part, count, stats);
            if result.is_ok() {
                result = sent;
            }
        });
        result
    }
}

// === impl Packets ===

impl Packets {
    fn send(&mut self, spans: &[u8], count: usize, stats: &ExportStats) -> Result<(), SendError> {
        self.sent += 1;
        let losses = Some(self.losses(stats));
        let head = BatchHead { process: &self.process, seq_no: Some(self.sent), stats: losses };
        self.packet.clear();
        write_emit_batch::<Compact>(self.sent as i32, &head, spans, count, &mut self.packet);
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
