//! Spans to an agent: UDP packets in either protocol.

use std::{
    num::NonZeroU64,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use jaeger_thrift::{
    BatchHead, Binary, ClientStats, Compact, Process, encode_process, write_emit_batch_frame,
};

use crate::{
    cut_down::cut_down,
    error::SendError,
    reporter::ReporterStats,
    sender::WireProtocol,
    stats::ExportStats,
    transport::{DEFAULT_MAX_PACKET_BYTES, UdpTransport},
};

/// The count of a compact list of 15 and more elements: a varint of up to 5 bytes.
const MAX_COUNT_BYTES: usize = 5;

/// What Jaeger's agent stores without a loss with the socket buffer that Linux gives it, of 212,992 bytes and so of three packets
/// of 65,000: of 200,000 spans all were stored in 8 runs out of 8 at this rate, in 5 out of 8 at twice that (v1.62.0, on a machine
/// of two cores which also ran the program).
pub(crate) const DEFAULT_BYTES_PER_SECOND: NonZeroU64 = NonZeroU64::new(5_000_000).unwrap();

/// Makes packets, which are numbered, and sends them.
#[derive(Debug)]
pub(crate) struct Agent {
    transport: UdpTransport,
    protocol: WireProtocol,
    process: Vec<u8>,
    max_bytes: usize,
    /// What is before the spans and what is behind them.
    frame: Vec<u8>,
    packet: Vec<u8>,
    pace: Pace,
    sent: i64,
    reporter: Option<Arc<ReporterStats>>,
}

/// Keeps packets apart, so that they do not overrun the receiver's buffer: what finds no room there is lost, and nobody is told.
#[derive(Debug)]
struct Pace {
    bytes_per_second: NonZeroU64,
    next: Option<Instant>,
}

// === impl Agent ===

impl Agent {
    pub(crate) fn new(transport: UdpTransport, protocol: WireProtocol) -> Self {
        Self {
            transport,
            protocol,
            process: Vec::new(),
            max_bytes: DEFAULT_MAX_PACKET_BYTES,
            frame: Vec::new(),
            packet: Vec::new(),
            pace: Pace { bytes_per_second: DEFAULT_BYTES_PER_SECOND, next: None },
            sent: 0,
            reporter: None,
        }
    }

    pub(crate) fn protocol(&self) -> WireProtocol {
        self.protocol
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = match self.protocol {
            WireProtocol::Compact => encode_process::<Compact>(process),
            WireProtocol::Binary => encode_process::<Binary>(process),
        };
    }

    pub(crate) fn set_max_packet_bytes(&mut self, bytes: usize) {
        self.max_bytes = bytes;
    }

    pub(crate) fn set_bytes_per_second(&mut self, bytes: NonZeroU64) {
        self.pace.bytes_per_second = bytes;
    }

    pub(crate) fn set_resolve_interval(&mut self, interval: Duration) {
        self.transport.set_resolve_interval(interval);
    }

    pub(crate) fn set_reporter(&mut self, stats: Arc<ReporterStats>) {
        self.reporter = Some(stats);
    }

    /// One packet. A span that is larger than a packet is cut down, or else counted, and no error.
    pub(crate) fn send(
        &mut self,
        spans: &[&[u8]],
        count: usize,
        stats: &ExportStats,
    ) -> Result<(), SendError> {
        let len = spans.iter().map(|spans| spans.len()).sum::<usize>();
        let room = self.room();
        if len <= room {
            return self.send_packet(spans, count, stats);
        }
        // Both engines send such a span alone.
        let smaller = if count == 1 { cut_down(&spans.concat(), self.protocol, room) } else { None };
        match smaller {
            Some(span) => self.send_packet(&[&span], 1, stats).map(|()| stats.add_cut_down()),
            None => {
                stats.add_too_large(count, len, self.max_bytes);
                Ok(())
            }
        }
    }

    fn send_packet(&mut self, spans: &[&[u8]], count: usize, stats: &ExportStats) -> Result<(), SendError> {
        self.sent += 1;
        let losses = Some(self.losses(stats));
        let head = BatchHead { process: &self.process, seq_no: Some(self.sent), stats: losses };
        self.frame.clear();
        let place = write_frame(self.protocol, self.sent as i32, &head, count, &mut self.frame);
        let (before, behind) = self.frame.split_at_checked(place).unwrap_or_default();
        self.packet.clear();
        self.packet.extend_from_slice(before);
        spans.iter().for_each(|spans| self.packet.extend_from_slice(spans));
        self.packet.extend_from_slice(behind);
        self.pace.wait(self.packet.len());
        self.transport.send(&self.packet).map(|()| stats.add_sent(count))
    }

    fn losses(&self, stats: &ExportStats) -> ClientStats {
        let queue_full = self.reporter.as_ref().map_or(0, |reporter| reporter.dropped_queue_full());
        ClientStats {
            full_queue_dropped_spans: saturate(queue_full),
            too_large_dropped_spans: saturate(stats.too_large()),
            failed_to_emit_spans: saturate(stats.failed()),
        }
    }

    /// The bytes of spans that fit into a packet, whatever else it has to say.
    pub(crate) fn room(&self) -> usize {
        let worst = ClientStats {
            full_queue_dropped_spans: i64::MAX,
            too_large_dropped_spans: i64::MAX,
            failed_to_emit_spans: i64::MAX,
        };
        let head = BatchHead { process: &self.process, seq_no: Some(i64::MAX), stats: Some(worst) };
        let mut packet = Vec::new();
        write_frame(self.protocol, -1, &head, 0, &mut packet);
        self.max_bytes.saturating_sub(packet.len() + MAX_COUNT_BYTES)
    }
}

fn write_frame(
    protocol: WireProtocol,
    number: i32,
    head: &BatchHead<'_>,
    count: usize,
    out: &mut Vec<u8>,
) -> usize {
    match protocol {
        WireProtocol::Compact => write_emit_batch_frame::<Compact>(number, head, count, out),
        WireProtocol::Binary => write_emit_batch_frame::<Binary>(number, head, count, out),
    }
}

// === impl Pace ===

impl Pace {
    /// Waits until the receiver should have taken the packets before, and notes one more.
    fn wait(&mut self, bytes: usize) {
        let now = Instant::now();
        let at = self.next.map_or(now, |next| next.max(now));
        thread::sleep(at.saturating_duration_since(now));
        let nanos = bytes as u64 * 1_000_000_000 / self.bytes_per_second;
        self.next = at.checked_add(Duration::from_nanos(nanos));
    }
}

fn saturate(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
