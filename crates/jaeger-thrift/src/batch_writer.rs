//! The write path of a batch: a process and spans that are encoded already, put together in one go.

use crate::{
    model::{ClientStats, Process},
    protocol::{MessageHead, Protocol},
    span_buffer::write_tag,
    struct_writer::StructWriter,
};

/// The one method of `agent.thrift` that carries Jaeger's own spans.
pub(crate) const EMIT_BATCH: &str = "emitBatch";

/// The fields of a batch that are not its spans; complete, as in the IDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHead<'a> {
    /// What [`encode_process`] returned, for the same protocol.
    pub process: &'a [u8],
    /// Number of this batch among those of the same client; omitted when `None`.
    pub seq_no: Option<i64>,
    /// Spans that the client lost so far; omitted when `None`.
    pub stats: Option<ClientStats>,
}

/// Encodes a process once, for the [`BatchHead`] of each of its batches.
pub fn encode_process<P: Protocol>(process: &Process) -> Vec<u8> {
    let mut tags = Vec::new();
    for tag in &process.tags {
        write_tag::<P>(&mut tags, &tag.key, (&tag.value).into());
    }
    let mut out = Vec::new();
    let mut fields = StructWriter::<P>::new(&mut out);
    fields.bytes(1, process.service_name.as_bytes());
    fields.optional_list(2, &tags, process.tags.len());
    fields.end();
    out
}

/// Appends a batch, the body of `POST /api/traces`, to `out`.
///
/// `spans` are `span_count` spans, each appended by [`SpanBuffer::write`](crate::SpanBuffer::write) or
/// [`Span::encode`](crate::Span::encode) in the same protocol. A count that is not theirs makes a batch that no
/// receiver can read.
pub fn write_batch<P: Protocol>(head: &BatchHead<'_>, spans: &[u8], span_count: usize, out: &mut Vec<u8>) {
    write_batch_around::<P>(head, spans, span_count, out);
}

/// Appends a batch without its spans to `out` and returns the position in `out` where they belong: for spans that are sent from
/// where they are.
pub fn write_batch_frame<P: Protocol>(head: &BatchHead<'_>, span_count: usize, out: &mut Vec<u8>) -> usize {
    write_batch_around::<P>(head, &[], span_count, out)
}

fn write_batch_around<P: Protocol>(
    head: &BatchHead<'_>,
    spans: &[u8],
    span_count: usize,
    out: &mut Vec<u8>,
) -> usize {
    let mut fields = StructWriter::<P>::new(out);
    fields.structure(1, head.process);
    fields.list(2, spans, span_count);
    let end_of_spans = fields.len();
    if let Some(seq_no) = head.seq_no {
        fields.i64(3, seq_no);
    }
    if let Some(stats) = &head.stats {
        fields.nested(4, |out| write_stats::<P>(stats, out));
    }
    fields.end();
    end_of_spans
}

/// Appends the agent's UDP message, the oneway call `emitBatch(1: Batch)`, to `out`.
///
/// `message_seq_id` numbers the message for Thrift; agents ignore it. The rest is as in [`write_batch`].
pub fn write_emit_batch<P: Protocol>(
    message_seq_id: i32,
    head: &BatchHead<'_>,
    spans: &[u8],
    span_count: usize,
    out: &mut Vec<u8>,
) {
    write_emit_batch_around::<P>(message_seq_id, head, spans, span_count, out);
}

/// The same without its spans; returns the position in `out` where they belong.
pub fn write_emit_batch_frame<P: Protocol>(
    message_seq_id: i32,
    head: &BatchHead<'_>,
    span_count: usize,
    out: &mut Vec<u8>,
) -> usize {
    write_emit_batch_around::<P>(message_seq_id, head, &[], span_count, out)
}

fn write_emit_batch_around<P: Protocol>(
    message_seq_id: i32,
    head: &BatchHead<'_>,
    spans: &[u8],
    span_count: usize,
    out: &mut Vec<u8>,
) -> usize {
    P::put_message(
        out,
        MessageHead {
            method: EMIT_BATCH.as_bytes(),
            message_type: MessageHead::ONEWAY,
            seq_id: message_seq_id,
        },
    );
    let mut end_of_spans = 0;
    let mut arguments = StructWriter::<P>::new(out);
    arguments.nested(1, |out| end_of_spans = write_batch_around::<P>(head, spans, span_count, out));
    arguments.end();
    end_of_spans
}

fn write_stats<P: Protocol>(stats: &ClientStats, out: &mut Vec<u8>) {
    let mut fields = StructWriter::<P>::new(out);
    fields.i64(1, stats.full_queue_dropped_spans);
    fields.i64(2, stats.too_large_dropped_spans);
    fields.i64(3, stats.failed_to_emit_spans);
    fields.end();
}
