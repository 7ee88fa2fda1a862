//! The write path of a span: each list grows in a buffer of its own, because its count precedes it on the wire.

use std::marker::PhantomData;

use crate::{
    model::{RefType, SpanRef, TagValue},
    protocol::Protocol,
    struct_writer::StructWriter,
};

/// One span's lists, built piece by piece without intermediate structs.
///
/// After [`clear`](Self::clear) the memory is used again, so that a buffer that has seen its largest span allocates
/// no more.
#[derive(Clone, Debug)]
pub struct SpanBuffer<P> {
    references: ListBuffer,
    tags: ListBuffer,
    logs: ListBuffer,
    /// The fields of the log that is being built; its timestamp and their count go before them.
    log_fields: ListBuffer,
    protocol: PhantomData<P>,
}

/// The fields of a span that are not lists; complete, as in the IDL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanHead<'a> {
    /// Low half of the 128-bit trace id.
    pub trace_id_low: i64,
    /// High half of the trace id; 0 for a 64-bit trace id.
    pub trace_id_high: i64,
    /// Id of this span.
    pub span_id: i64,
    /// Id of the parent span; 0 for a root.
    pub parent_span_id: i64,
    /// What the span did, for example `HTTP GET /dispatch`.
    pub operation_name: &'a str,
    /// Jaeger's flags: 1 sampled, 2 debug, 8 firehose.
    pub flags: i32,
    /// Microseconds since the Unix epoch.
    pub start_time_us: i64,
    /// Microseconds.
    pub duration_us: i64,
}

/// A place among the tags or the logs of a [`SpanBuffer`]: what was there when it was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListMark {
    bytes: usize,
    count: usize,
}

/// A borrowed [`TagValue`]; complete, as in the IDL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TagRef<'a> {
    /// UTF-8 text.
    String(&'a str),
    /// A 64-bit float.
    Double(f64),
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Long(i64),
    /// Bytes.
    Binary(&'a [u8]),
}

/// A log whose fields are being added; it joins the span on [`finish`](Self::finish) or on drop.
#[derive(Debug)]
pub struct LogFields<'a, P: Protocol> {
    span: &'a mut SpanBuffer<P>,
    timestamp_us: i64,
}

/// The encoded elements of a list, and how many they are.
#[derive(Clone, Debug, Default)]
struct ListBuffer {
    bytes: Vec<u8>,
    count: usize,
}

// === impl SpanBuffer ===

impl<P: Protocol> SpanBuffer<P> {
    /// An empty buffer, which has allocated nothing yet.
    pub fn new() -> Self {
        Self {
            references: ListBuffer::default(),
            tags: ListBuffer::default(),
            logs: ListBuffer::default(),
            log_fields: ListBuffer::default(),
            protocol: PhantomData,
        }
    }

    /// Forgets the span and keeps the memory.
    pub fn clear(&mut self) {
        self.clear_but(ListMark::default());
    }

    /// Forgets the span but for the tags before a mark, with which the next one begins, too.
    pub fn clear_but(&mut self, first_tags: ListMark) {
        self.references.clear();
        self.tags.bytes.truncate(first_tags.bytes);
        self.tags.count = self.tags.count.min(first_tags.count);
        self.logs.clear();
        self.log_fields.clear();
    }

    /// The tags that have been added so far.
    pub fn tags_mark(&self) -> ListMark {
        self.tags.mark()
    }

    /// Takes away the tags between two marks.
    pub fn remove_tags(&mut self, from: ListMark, to: ListMark) {
        self.tags.remove(from, to);
    }

    /// The logs that have been added so far.
    pub fn logs_mark(&self) -> ListMark {
        self.logs.mark()
    }

    /// Takes away the logs between two marks.
    pub fn remove_logs(&mut self, from: ListMark, to: ListMark) {
        self.logs.remove(from, to);
    }

    /// Moves the logs from a mark on to an earlier one.
    pub fn move_last_logs(&mut self, from: ListMark, to: ListMark) {
        let len = self.logs.bytes.len().saturating_sub(from.bytes);
        if let Some(moved) = self.logs.bytes.get_mut(to.bytes..).filter(|rest| rest.len() >= len) {
            moved.rotate_right(len);
        }
    }

    /// The bytes of memory that it keeps for the next span.
    pub fn capacity(&self) -> usize {
        [&self.references, &self.tags, &self.logs, &self.log_fields]
            .iter()
            .map(|list| list.bytes.capacity())
            .sum()
    }

    /// Adds a reference to another span.
    pub fn reference(&mut self, reference: &SpanRef) {
        let mut fields = StructWriter::<P>::new(self.references.element());
        fields.i32(
            1,
            match reference.ref_type {
                RefType::ChildOf => 0,
                RefType::FollowsFrom => 1,
            },
        );
        fields.i64s([reference.trace_id_low, reference.trace_id_high, reference.span_id]);
        fields.end();
    }

    /// Adds a tag. A key may occur more than once.
    pub fn tag(&mut self, key: &str, value: TagRef<'_>) {
        write_tag::<P>(self.tags.element(), key, value);
    }

    /// Starts a log at a time in microseconds since the Unix epoch.
    pub fn log(&mut self, timestamp_us: i64) -> LogFields<'_, P> {
        self.log_fields.clear();
        LogFields { span: self, timestamp_us }
    }

    /// Appends the whole span to `out`: `head`, and the lists as they are now. Nothing is cleared.
    pub fn write(&self, head: &SpanHead<'_>, out: &mut Vec<u8>) {
        let mut fields = StructWriter::<P>::new(out);
        fields.i64s([head.trace_id_low, head.trace_id_high, head.span_id, head.parent_span_id]);
        fields.bytes(5, head.operation_name.as_bytes());
        fields.optional_list(6, &self.references.bytes, self.references.count);
        fields.i32(7, head.flags);
        fields.i64s([head.start_time_us, head.duration_us]);
        fields.optional_list(10, &self.tags.bytes, self.tags.count);
        fields.optional_list(11, &self.logs.bytes, self.logs.count);
        fields.end();
    }
}

impl<P: Protocol> Default for SpanBuffer<P> {
    fn default() -> Self {
        Self::new()
    }
}

// === impl ListMark ===

impl ListMark {
    /// This place when what is between two places before it is no longer there.
    #[must_use]
    pub fn without(self, from: Self, to: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(to.bytes.saturating_sub(from.bytes)),
            count: self.count.saturating_sub(to.count.saturating_sub(from.count)),
        }
    }
}

// === impl TagRef ===

impl<'a> From<&'a TagValue> for TagRef<'a> {
    fn from(value: &'a TagValue) -> Self {
        match value {
            TagValue::String(text) => Self::String(text),
            TagValue::Double(number) => Self::Double(*number),
            TagValue::Bool(truth) => Self::Bool(*truth),
            TagValue::Long(number) => Self::Long(*number),
            TagValue::Binary(bytes) => Self::Binary(bytes),
        }
    }
}

// === impl LogFields ===

impl<P: Protocol> LogFields<'_, P> {
    /// Adds a field.
    pub fn field(&mut self, key: &str, value: TagRef<'_>) -> &mut Self {
        write_tag::<P>(self.span.log_fields.element(), key, value);
        self
    }

    /// Completes the log, as dropping it does.
    pub fn finish(self) {}
}

impl<P: Protocol> Drop for LogFields<'_, P> {
    fn drop(&mut self) {
        let mut fields = StructWriter::<P>::new(self.span.logs.element());
        fields.i64(1, self.timestamp_us);
        fields.list(2, &self.span.log_fields.bytes, self.span.log_fields.count);
        fields.end();
    }
}

// === impl ListBuffer ===

impl ListBuffer {
    fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }

    fn mark(&self) -> ListMark {
        ListMark { bytes: self.bytes.len(), count: self.count }
    }

    fn remove(&mut self, from: ListMark, to: ListMark) {
        let end = to.bytes.min(self.bytes.len());
        self.bytes.drain(from.bytes.min(end)..end);
        self.count -= to.count.saturating_sub(from.count).min(self.count);
    }

    /// Counts one more element and returns the place to write it.
    fn element(&mut self) -> &mut Vec<u8> {
        self.count += 1;
        &mut self.bytes
    }
}

/// `vType` is the enum of the IDL; the value is in the one field that belongs to it.
#[inline]
pub(crate) fn write_tag<P: Protocol>(out: &mut Vec<u8>, key: &str, value: TagRef<'_>) {
    match value {
        TagRef::String(text) => return P::put_text_tag(out, key.as_bytes(), text.as_bytes()),
        TagRef::Long(number) => return P::put_long_tag(out, key.as_bytes(), number),
        _ => {}
    }
    let mut fields = StructWriter::<P>::new(out);
    fields.bytes(1, key.as_bytes());
    match value {
        TagRef::String(_) | TagRef::Long(_) => {}
        TagRef::Double(number) => {
            fields.i32(2, 1);
            fields.double(4, number);
        }
        TagRef::Bool(truth) => {
            fields.i32(2, 2);
            fields.bool(5, truth);
        }
        TagRef::Binary(bytes) => {
            fields.i32(2, 4);
            fields.bytes(7, bytes);
        }
    }
    fields.end();
}
