//! The logs of a span, and which of too many stay.

use std::num::NonZeroU32;

use jaeger_exporter::mapping::{EventName, with_tag};
use jaeger_thrift::{ListMark, TagRef};
use opentelemetry::KeyValue;

use super::{Lists, Record, head::micros, limits::LIMIT};

/// Where a log begins, and its time in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogPlace {
    mark: ListMark,
    at_us: i64,
}

// === impl Record ===

impl Record {
    /// A log at a time in nanoseconds since the Unix epoch.
    pub(crate) fn log(&mut self, at: i64, name: &str, attributes: &[KeyValue]) {
        match self.limits.logs {
            None if !self.dropped.events.has_room() => return,
            None => {}
            Some(limit) => self.make_room_for_log(limit, micros(at)),
        }
        let naming = EventName::of(name, attributes);
        let dropped = attributes.len().saturating_sub(LIMIT as usize);
        lists!(&mut self.lists, |buffer| {
            let mut log = buffer.log(micros(at));
            // First, as Jaeger's clients have it.
            if naming == EventName::IsField {
                log.field("event", TagRef::String(name));
            }
            let kept = attributes.iter().filter(|attribute| naming.keeps(attribute, attributes));
            for attribute in kept.take(LIMIT as usize) {
                with_tag(&attribute.value, |field| {
                    log.field(attribute.key.as_str(), field);
                });
            }
            if dropped > 0 {
                log.field("otel.dropped_attributes_count", TagRef::Long(dropped as i64));
            }
        });
    }

    /// Of more logs than the limit the oldest of the second half goes.
    fn make_room_for_log(&mut self, limit: NonZeroU32, at_us: i64) {
        if self.log_places.len() >= limit.get() as usize {
            self.remove_log(first_half(limit));
            self.dropped.events.dropped = self.dropped.events.dropped.saturating_add(1);
        }
        let mark = lists!(&self.lists, |buffer| buffer.logs_mark());
        self.log_places.push(LogPlace { mark, at_us });
    }

    fn remove_log(&mut self, index: usize) {
        if index >= self.log_places.len() {
            return;
        }
        let from = self.log_places.remove(index).mark;
        lists!(&mut self.lists, |buffer| {
            let to = self.log_places.get(index).map_or(buffer.logs_mark(), |next| next.mark);
            buffer.remove_logs(from, to);
            self.log_places
                .iter_mut()
                .skip(index)
                .for_each(|place| place.mark = place.mark.without(from, to));
        });
    }

    /// In place of the last log that goes, between the two halves: how many are gone.
    pub(super) fn mark_dropped_logs(&mut self) {
        let Some(limit) = self.limits.logs.filter(|_| self.dropped.events.dropped > 0) else { return };
        let Some(LogPlace { mark, at_us }) = self.log_places.get(first_half(limit)).copied() else { return };
        self.remove_log(first_half(limit));
        let gone = i64::from(std::mem::take(&mut self.dropped.events.dropped)) + 1;
        lists!(&mut self.lists, |buffer| {
            let last = buffer.logs_mark();
            let mut log = buffer.log(at_us);
            log.field("event", TagRef::String("dropped Span logs"));
            log.field("dropped_log_count", TagRef::Long(gone));
            log.field("component", TagRef::String("jaeger-client"));
            log.finish();
            buffer.move_last_logs(last, mark);
        });
    }
}

/// How many of the first logs stay, as in jaeger-client-go.
fn first_half(limit: NonZeroU32) -> usize {
    (limit.get() as usize - 1) / 2
}
