//! Spans in parts of bounded size.

use jaeger_thrift::{Protocol, SpanBuffer};
use opentelemetry_sdk::trace::SpanData;

use crate::convert::encode_span;

/// Serializes spans, each of them once, into buffers that are used again.
#[derive(Debug)]
pub(crate) struct Packing<P> {
    buffer: SpanBuffer<P>,
    /// The serialized spans of the part that is being filled.
    part: Vec<u8>,
}

// === impl Packing ===

impl<P: Protocol> Packing<P> {
    pub(crate) fn new() -> Self {
        Self { buffer: SpanBuffer::new(), part: Vec::new() }
    }

    /// Hands the serialized spans and their number to `send`, in parts of at most `room` bytes. A span that is larger
    /// than that is a part of its own, before the one that is being filled.
    pub(crate) fn parts(&mut self, spans: &[SpanData], room: usize, mut send: impl FnMut(&[u8], usize)) {
        self.part.clear();
        let mut count = 0;
        for span in spans {
            let start = self.part.len();
            encode_span(span, &mut self.buffer, &mut self.part);
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
