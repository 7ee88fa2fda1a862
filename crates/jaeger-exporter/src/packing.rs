//! Spans in parts of bounded size.

use jaeger_thrift::{Binary, Compact, SpanBuffer};
use opentelemetry_sdk::trace::SpanData;

use crate::{convert::encode_span, sender::WireProtocol};

/// Serializes spans, each of them once, into buffers that are used again.
#[derive(Debug)]
pub(crate) struct Packing {
    buffer: Buffer,
    /// The serialized spans of the part that is being filled.
    part: Vec<u8>,
}

#[derive(Debug)]
enum Buffer {
    Compact(SpanBuffer<Compact>),
    Binary(SpanBuffer<Binary>),
}

// === impl Packing ===

impl Packing {
    pub(crate) fn new(protocol: WireProtocol) -> Self {
        let buffer = match protocol {
            WireProtocol::Compact => Buffer::Compact(SpanBuffer::new()),
            WireProtocol::Binary => Buffer::Binary(SpanBuffer::new()),
        };
        Self { buffer, part: Vec::new() }
    }

    /// Hands the serialized spans and their number to `send`, in parts of at most `room` bytes. A span that is larger
    /// than that is a part of its own, before the one that is being filled.
    pub(crate) fn parts(&mut self, spans: &[SpanData], room: usize, mut send: impl FnMut(&[u8], usize)) {
        self.part.clear();
        let mut count = 0;
        for span in spans {
            let start = self.part.len();
            match &mut self.buffer {
                Buffer::Compact(buffer) => encode_span(span, buffer, &mut self.part),
                Buffer::Binary(buffer) => encode_span(span, buffer, &mut self.part),
            }
            if self.part.len() - start > room {
                send(self.part.get(start..).unwrap_or_default(), 1);
                self.part.truncate(start);
                continue;
            }
            if self.part.len() > room {
                send(self.part.get(..start).unwrap_or_default(), count);
                self.part.drain(..start);
                count = 0;
            }
            count += 1;
        }
        if count > 0 {
            send(&self.part, count);
        }
    }
}
