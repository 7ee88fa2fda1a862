//! Estimates how much memory received values hold.

use std::mem::size_of;

use jaeger_thrift::{Log, Process, Span, SpanRef, Tag, TagValue};

use super::ReceivedSpan;

/// What an allocator adds to a block, about.
const BLOCK_BYTES: usize = 16;

/// The place of a trace in the store's index.
pub(super) const TRACE_BYTES: usize = 256;

/// Bytes of a span in a trace, without its process.
pub(super) fn span_bytes(span: &Span) -> usize {
    let own = size_of::<ReceivedSpan>() + 2 * BLOCK_BYTES;
    let references = BLOCK_BYTES + span.references.capacity() * size_of::<SpanRef>();
    // Once more in the list of names, if nobody else has it.
    own + 2 * text_bytes(&span.operation_name) + references + tags_bytes(&span.tags) + logs_bytes(&span.logs)
}

/// Bytes of a process.
pub(super) fn process_bytes(process: &Process) -> usize {
    let own = size_of::<Process>() + 2 * BLOCK_BYTES;
    own + 2 * text_bytes(&process.service_name) + tags_bytes(&process.tags)
}

fn logs_bytes(logs: &Vec<Log>) -> usize {
    let fields: usize = logs.iter().map(|log| tags_bytes(&log.fields)).sum();
    BLOCK_BYTES + logs.capacity() * size_of::<Log>() + fields
}

fn tags_bytes(tags: &Vec<Tag>) -> usize {
    let texts: usize = tags.iter().map(|tag| text_bytes(&tag.key) + value_bytes(&tag.value)).sum();
    BLOCK_BYTES + tags.capacity() * size_of::<Tag>() + texts
}

fn value_bytes(value: &TagValue) -> usize {
    match value {
        TagValue::String(text) => text_bytes(text),
        TagValue::Binary(bytes) => BLOCK_BYTES + bytes.capacity(),
        TagValue::Double(_) | TagValue::Bool(_) | TagValue::Long(_) => 0,
    }
}

fn text_bytes(text: &String) -> usize {
    BLOCK_BYTES + text.capacity()
}
