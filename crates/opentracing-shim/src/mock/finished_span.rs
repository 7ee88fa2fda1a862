//! What can be read of a span that has finished.

use std::time::SystemTime;

use crate::{Field, ReferenceType, SpanContext, Value};

/// A span that has finished.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FinishedSpan {
    /// Its last name.
    pub operation_name: String,
    /// Its ids and its baggage.
    pub context: SpanContext,
    /// What it was started with, in order.
    pub references: Vec<(ReferenceType, SpanContext)>,
    /// All that were set, in order; the last one of a key counts.
    pub tags: Vec<Field>,
    /// In order. Those of baggage that was set are not among them.
    pub logs: Vec<LogRecord>,
    /// When it started.
    pub start_time: SystemTime,
    /// When it ended.
    pub finish_time: SystemTime,
}

/// Something that happened in a span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogRecord {
    /// When.
    pub time: SystemTime,
    /// What, as it was logged.
    pub fields: Vec<Field>,
}

// === impl FinishedSpan ===

impl FinishedSpan {
    /// The last value of a tag.
    pub fn tag(&self, key: &str) -> Option<&Value> {
        self.tags.iter().rev().find(|tag| tag.key == key).map(|tag| &tag.value)
    }
}

// === impl LogRecord ===

impl LogRecord {
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.fields.iter().find(|field| field.key == key).map(|field| &field.value)
    }
}
