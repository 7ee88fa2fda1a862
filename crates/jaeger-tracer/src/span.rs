//! The span as OpenTelemetry sees it, and the same span for who wants to write its tags without OpenTelemetry's types.

use std::{borrow::Cow, time::SystemTime};

use jaeger_exporter::mapping::with_tag;
use jaeger_propagation::Flags;
use jaeger_thrift::TagRef;
use opentelemetry::{
    KeyValue, Value,
    trace::{Event, Link, Span, SpanContext, Status},
};

use crate::{
    asleep::Asleep,
    clock::wall,
    pool::Pooled,
    record::{End, Record, SAMPLING_PRIORITY},
    registry::is_any_said,
};

/// A span of [`JaegerTracer`](crate::JaegerTracer).
///
/// What is set is written as Thrift at once, into memory that is used again. It ends when it is dropped, if not before.
///
/// A span that is not sampled keeps its ids and its name, and no tags. The tag `sampling.priority` above 0 turns it on, and the spans
/// of its trace that start or end in this process from then on, too; 0 turns a trace off, as in Jaeger's clients.
#[derive(Debug)]
pub struct JaegerSpan {
    context: SpanContext,
    flags: Flags,
    state: State,
}

#[derive(Debug)]
enum State {
    Recording(Pooled),
    Asleep(Asleep),
    /// After the shutdown, or while telemetry is suppressed.
    Nothing,
}

/// A span that is being recorded, besides the [`JaegerSpan`] in a `Context`: for layers, which write several tags at once and
/// end the span by its own clock.
#[derive(Clone, Debug)]
pub struct RecordingSpan(Pooled);

/// A span that is being written.
#[derive(Debug)]
pub struct SpanWriter<'s> {
    record: &'s mut Record,
}

// === impl JaegerSpan ===

impl JaegerSpan {
    #[inline]
    pub(crate) fn recording_into(context: SpanContext, flags: Flags, record: Pooled) -> Self {
        Self { context, flags, state: State::Recording(record) }
    }

    #[inline]
    pub(crate) fn asleep(context: SpanContext, flags: Flags, asleep: Asleep) -> Self {
        Self { context, flags, state: State::Asleep(asleep) }
    }

    pub(crate) fn unrecorded(context: SpanContext, flags: Flags) -> Self {
        Self { context, flags, state: State::Nothing }
    }

    /// Gives a span that is asleep its name, and looks whether an attribute turns it on.
    pub(crate) fn named(mut self, name: Cow<'static, str>, attributes: &[KeyValue]) -> Self {
        if let State::Asleep(asleep) = &mut self.state {
            asleep.name = name;
            let says = |attribute: &&KeyValue| attribute.key.as_str() == SAMPLING_PRIORITY;
            if let Some(said) = attributes.iter().rev().find(says) {
                self.set_attribute(said.clone());
            }
        }
        self
    }

    /// Jaeger's flags with which it started.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The same span for direct writing; `None` if it is not recorded.
    pub fn recording(&self) -> Option<RecordingSpan> {
        match &self.state {
            State::Recording(record) => Some(RecordingSpan(record.clone())),
            State::Asleep(_) | State::Nothing => None,
        }
    }

    fn record(&self) -> Option<&Pooled> {
        match &self.state {
            State::Recording(record) => Some(record),
            State::Asleep(_) | State::Nothing => None,
        }
    }

    fn write(&mut self, write: impl FnOnce(&mut Record)) {
        if let Some(record) = self.record() {
            record.write(write);
        }
    }

    fn finish(&mut self, at: Option<End>) {
        if let State::Asleep(asleep) = &self.state {
            // One that ends when its trace has been turned on is told as well.
            let woken = if is_any_said() { asleep.wake_at_end(&self.context) } else { None };
            self.state = woken.map_or(State::Nothing, State::Recording);
        }
        if let Some(record) = self.record() {
            record.end(|_| {}, at);
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
        self.record().is_some_and(Pooled::is_open)
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        if let State::Asleep(asleep) = &self.state {
            if attribute.key.as_str() != SAMPLING_PRIORITY {
                return;
            }
            let Some(record) = asleep.wake_by(&attribute.value, &self.context, self.flags) else { return };
            self.state = State::Recording(record);
        }
        self.write(|record| record.attribute(&attribute));
    }

    fn set_status(&mut self, status: Status) {
        self.write(|record| record.set_status(status));
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let State::Asleep(asleep) = &mut self.state {
            asleep.name = new_name.into();
        } else {
            self.write(|record| record.set_name(&new_name.into()));
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.write(|record| record.link(&Link::new(span_context, attributes, 0)));
    }

    fn end(&mut self) {
        self.finish(None);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.finish(Some(End::At(timestamp)));
    }
}

impl Drop for JaegerSpan {
    fn drop(&mut self) {
        self.end();
    }
}

// === impl RecordingSpan ===

impl RecordingSpan {
    /// Writes to the span, which is locked meanwhile; not if it has ended.
    pub fn write(&self, write: impl FnOnce(SpanWriter<'_>)) {
        self.0.write(|record| write(SpanWriter::new(record)));
    }

    /// Writes to the span for the last time and ends it, now; not if it has ended.
    pub fn end(&self, write: impl FnOnce(SpanWriter<'_>)) {
        self.0.end(|record| write(SpanWriter::new(record)), None);
    }
}

// === impl SpanWriter ===

impl<'s> SpanWriter<'s> {
    pub(crate) fn new(record: &'s mut Record) -> Self {
        Self { record }
    }

    /// Sets a tag of text, which is cut after 256 bytes as Jaeger's clients do.
    pub fn text(&mut self, key: &str, value: &str) {
        self.record.tag(key, TagRef::String(value));
    }

    /// Sets a tag of an integer.
    pub fn long(&mut self, key: &str, value: i64) {
        self.record.tag(key, TagRef::Long(value));
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

    pub(crate) fn fill(&mut self, attributes: &[KeyValue], events: &[Event]) {
        attributes.iter().for_each(|attribute| self.record.attribute(attribute));
        events
            .iter()
            .for_each(|event| self.record.log(wall(event.timestamp), &event.name, &event.attributes));
    }
}
