//! What is written is read back as it was, whichever way it was written.

mod common;

use common::{any_batch, any_span, full_batch};
use jaeger_thrift::{
    Batch, BatchHead, Binary, Compact, DecodeError, Protocol, Span, SpanBuffer, SpanHead, TagRef,
    encode_process, write_batch, write_emit_batch,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn batch(batch in any_batch()) {
        prop_assert_eq!(Batch::decode::<Compact>(&batch.encode::<Compact>()), Ok(batch.clone()));
        prop_assert_eq!(Batch::decode::<Binary>(&batch.encode::<Binary>()), Ok(batch));
    }

    #[test]
    fn one_span(span in any_span(), trailing: Vec<u8>) {
        let compact = [encoded::<Compact>(std::slice::from_ref(&span)), trailing.clone()].concat();
        prop_assert_eq!(Span::decode::<Compact>(&compact), Ok(span.clone()));
        let binary = [encoded::<Binary>(std::slice::from_ref(&span)), trailing].concat();
        prop_assert_eq!(Span::decode::<Binary>(&binary), Ok(span));
    }

    #[test]
    fn message(batch in any_batch(), message_seq_id: i32) {
        prop_assert_eq!(through_message::<Compact>(&batch, message_seq_id), Ok(batch.clone()));
        prop_assert_eq!(through_message::<Binary>(&batch, message_seq_id), Ok(batch));
    }

    #[test]
    fn trailing_bytes_are_ignored(batch in any_batch(), trailing: Vec<u8>) {
        let body = [batch.encode::<Compact>(), trailing.clone()].concat();
        prop_assert_eq!(Batch::decode::<Compact>(&body), Ok(batch.clone()));
        let body = [batch.encode::<Binary>(), trailing].concat();
        prop_assert_eq!(Batch::decode::<Binary>(&body), Ok(batch));
    }

    /// A buffer that has already built other spans writes the same bytes as `Span::encode`.
    #[test]
    fn buffer_writes_what_span_writes(spans in prop::collection::vec(any_span(), 1..4)) {
        prop_assert_eq!(through_buffer::<Compact>(&spans), encoded::<Compact>(&spans));
        prop_assert_eq!(through_buffer::<Binary>(&spans), encoded::<Binary>(&spans));
    }
}

/// Each log is complete when it is dropped or finished; what follows `clear` knows nothing of what came before.
#[test]
fn logs_end_on_drop_and_on_finish() {
    let mut buffer = SpanBuffer::<Compact>::new();
    buffer.log(1).field("event", TagRef::String("error")).field("count", TagRef::Long(2));
    let mut second = buffer.log(3);
    second.field("event", TagRef::String("retry"));
    second.finish();
    let _ = buffer.log(4);

    let span = decode_one(&buffer);
    let sizes: Vec<_> = span.logs.iter().map(|log| (log.timestamp, log.fields.len())).collect();
    assert_eq!(sizes, [(1, 2), (3, 1), (4, 0)]);

    buffer.clear();
    assert_eq!(decode_one(&buffer), Span::default());
}

fn decode_one(buffer: &SpanBuffer<Compact>) -> Span {
    let mut spans = Vec::new();
    buffer.write(&SpanHead::default(), &mut spans);
    let process = encode_process::<Compact>(&full_batch().process);
    let mut body = Vec::new();
    let head = BatchHead { process: &process, seq_no: None, stats: None };
    write_batch::<Compact>(&head, &spans, 1, &mut body);
    Batch::decode::<Compact>(&body).expect("a batch of our own").spans.remove(0)
}

fn through_message<P: Protocol>(batch: &Batch, message_seq_id: i32) -> Result<Batch, DecodeError> {
    let process = encode_process::<P>(&batch.process);
    let head = BatchHead { process: &process, seq_no: batch.seq_no, stats: batch.stats };
    let mut packet = Vec::new();
    write_emit_batch::<P>(message_seq_id, &head, &encoded::<P>(&batch.spans), batch.spans.len(), &mut packet);
    Batch::decode_emit::<P>(&packet)
}

fn encoded<P: Protocol>(spans: &[Span]) -> Vec<u8> {
    let mut out = Vec::new();
    spans.iter().for_each(|span| span.encode::<P>(&mut out));
    out
}

fn through_buffer<P: Protocol>(spans: &[Span]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut buffer = SpanBuffer::<P>::new();
    for span in spans {
        buffer.clear();
        span.references.iter().for_each(|reference| buffer.reference(reference));
        span.tags.iter().for_each(|tag| buffer.tag(&tag.key, (&tag.value).into()));
        for log in &span.logs {
            let mut fields = buffer.log(log.timestamp);
            log.fields.iter().for_each(|field| {
                fields.field(&field.key, (&field.value).into());
            });
        }
        let head = SpanHead {
            trace_id_low: span.trace_id_low,
            trace_id_high: span.trace_id_high,
            span_id: span.span_id,
            parent_span_id: span.parent_span_id,
            operation_name: &span.operation_name,
            flags: span.flags,
            start_time_us: span.start_time,
            duration_us: span.duration,
        };
        buffer.write(&head, &mut out);
    }
    out
}
