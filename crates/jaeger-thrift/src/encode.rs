//! Encodes the owned messages, through the same write path as an exporter.

use crate::{
    batch_writer::{BatchHead, encode_process, write_batch},
    model::{Batch, Span},
    protocol::Protocol,
    span_buffer::{SpanBuffer, SpanHead},
};

// === impl Batch ===

impl Batch {
    /// The batch as the body of `POST /api/traces`.
    pub fn encode<P: Protocol>(&self) -> Vec<u8> {
        let mut spans = Vec::new();
        let mut buffer = SpanBuffer::<P>::new();
        for span in &self.spans {
            buffer.clear();
            span.fill(&mut buffer);
            buffer.write(&span.head(), &mut spans);
        }
        let process = encode_process::<P>(&self.process);
        let head = BatchHead { process: &process, seq_no: self.seq_no, stats: self.stats };
        let mut out = Vec::with_capacity(process.len() + spans.len());
        write_batch::<P>(&head, &spans, self.spans.len(), &mut out);
        out
    }
}

// === impl Span ===

impl Span {
    /// Appends the span to `out`, for [`write_batch`].
    pub fn encode<P: Protocol>(&self, out: &mut Vec<u8>) {
        let mut buffer = SpanBuffer::<P>::new();
        self.fill(&mut buffer);
        buffer.write(&self.head(), out);
    }

    fn head(&self) -> SpanHead<'_> {
        SpanHead {
            trace_id_low: self.trace_id_low,
            trace_id_high: self.trace_id_high,
            span_id: self.span_id,
            parent_span_id: self.parent_span_id,
            operation_name: &self.operation_name,
            flags: self.flags,
            start_time_us: self.start_time,
            duration_us: self.duration,
        }
    }

    fn fill<P: Protocol>(&self, buffer: &mut SpanBuffer<P>) {
        for reference in &self.references {
            buffer.reference(reference);
        }
        for tag in &self.tags {
            buffer.tag(&tag.key, (&tag.value).into());
        }
        for log in &self.logs {
            let mut fields = buffer.log(log.timestamp);
            for field in &log.fields {
                fields.field(&field.key, (&field.value).into());
            }
        }
    }
}
