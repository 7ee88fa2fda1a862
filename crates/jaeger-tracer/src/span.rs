//! The span as OpenTelemetry sees it, and the same span for who wants to write its tags without OpenTelemetry's types.

use std::{borrow::Cow, sync::MutexGuard, time::SystemTime};

use jaeger_exporter::with_tag;
use jaeger_thrift::TagRef;
use opentelemetry::{
    KeyValue, Value,
    trace::{Event, Link, Span, SpanContext, Status},
};

use crate::{
    clock::wall,
    pool::Pooled,
    record::{End, Record},
};

/// A span of [`JaegerTracer`](crate::JaegerTracer).
///
/// What is set is written as Thrift at once, into memory that is used again. A span that is not sampled has ids and no record.
/// It ends when it is dropped, if not before.
#[derive(Debug)]
pub struct JaegerSpan {
    context: SpanContext,
    record: Option<Pooled>,
}

/// A span that is being recorded, besides the [`JaegerSpan`] in a `Context`: for layers, which write several tags at once and
/// end the span by its own clock.
#[derive(Clone, Debug)]
pub struct RecordingSpan(Pooled);

/// A span that is locked for writing. What is written after its end is lost.
#[derive(Debug)]
pub struct SpanWriter<'s> {
    record: MutexGuard<'s, Record>,
}

// === impl JaegerSpan ===

impl JaegerSpan {
    pub(crate) fn new(context: SpanContext, record: Option<Pooled>) -> Self {
        Self { context, record }
    }

    /// The same span for direct writing; `None` if it is not recorded.
    pub fn recording(&self) -> Option<RecordingSpan> {
        self.record.clone().map(RecordingSpan)
    }

    fn write(&mut self, write: impl FnOnce(&mut Record)) {
        if let Some(mut record) = self.record.as_ref().and_then(Pooled::lock)
            && record.is_open()
        {
            write(&mut record);
        }
    }
}

impl Span for JaegerSpan {
    fn add_event_with_timestamp<T>(&mut self, name: T, timestamp: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        self.write(|record| record.log(wall(timestamp), &name.into(), &attributes));
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.record.as_ref().and_then(Pooled::lock).is_some_and(|record| record.is_open())
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.write(|record| record.attribute(&attribute));
    }

    fn set_status(&mut self, status: Status) {
        self.write(|record| record.set_status(status));
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.write(|record| record.set_name(&new_name.into()));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.write(|record| record.link(&Link::new(span_context, attributes, 0)));
    }

    fn end(&mut self) {
        if let Some(record) = &self.record {
            end(record, None);
        }
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        if let Some(record) = &self.record {
            end(record, Some(End::At(timestamp)));
        }
    }
}

impl Drop for JaegerSpan {
    fn drop(&mut self) {
        self.end();
    }
}

// === impl RecordingSpan ===

impl RecordingSpan {
    /// Locks the span for writing; `None` if it has ended.
    pub fn write(&self) -> Option<SpanWriter<'_>> {
        let record = self.0.lock()?;
        record.is_open().then_some(SpanWriter { record })
    }

    /// Ends the span, now.
    pub fn end(&self) {
        end(&self.0, None);
    }

    pub(crate) fn fill(&self, attributes: &[KeyValue], events: &[Event]) {
        let Some(mut record) = self.0.lock() else { return };
        attributes.iter().for_each(|attribute| record.attribute(attribute));
        events.iter().for_each(|event| record.log(wall(event.timestamp), &event.name, &event.attributes));
    }
}

/// Ends a span; now, if nothing else is said. The record is locked while it is copied into the queue, and by nobody else then.
fn end(record: &Pooled, at: Option<End>) {
    let (Some(inner), Some(mut locked)) = (record.inner(), record.lock()) else { return };
    if locked.is_open() {
        let at = at.unwrap_or_else(|| End::Tick(inner.now()));
        inner.finish(&mut locked, at);
    }
}

// === impl SpanWriter ===

impl SpanWriter<'_> {
    /// Sets a tag of text, which is cut after 256 bytes as Jaeger's clients do.
    pub fn text(&mut self, key: &str, value: &str) {
        self.record.tag(key, TagRef::String(value));
    }

    /// Sets a tag of bytes, which OpenTelemetry has no value for.
    pub fn binary(&mut self, key: &str, value: &[u8]) {
        self.record.tag(key, TagRef::Binary(value));
    }

    /// Sets a tag of any type of OpenTelemetry's.
    pub fn value(&mut self, key: &str, value: &Value) {
        with_tag(value, |value| self.record.tag(key, value));
    }

    /// Sets a tag of text, which the closure writes behind nothing. No memory is allocated for it.
    pub fn written(&mut self, key: &str, write: impl FnOnce(&mut String)) {
        self.record.tag_written(key, write);
    }

    /// Sets the status, as OpenTelemetry's spans have it: an error does not undo OK.
    pub fn set_status(&mut self, status: Status) {
        self.record.set_status(status);
    }

    /// Renames the operation.
    pub fn set_name(&mut self, name: &str) {
        self.record.set_name(name);
    }
}
