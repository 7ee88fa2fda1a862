//! Where tags are written to.

use std::fmt::{self, Write};

use opentelemetry::{
    KeyValue, Value,
    trace::{Span, SpanRef, Status},
};

use crate::native;

/// The tags of one span that is being written: one of OpenTelemetry's, whose values are owned, or a native one, whose values are
/// copied from where they are.
pub(crate) enum TagSink<'s> {
    OpenTelemetry(&'s mut dyn SetTag),
    Native(native::Writer<'s>),
}

/// A span of OpenTelemetry, before and after it is in a `Context`.
pub(crate) trait SetTag {
    fn set(&mut self, tag: KeyValue);

    fn status(&mut self, status: Status);
}

// === impl TagSink ===

impl TagSink<'_> {
    pub(crate) fn word(&mut self, key: &'static str, value: &'static str) {
        match self {
            Self::OpenTelemetry(span) => span.set(KeyValue::new(key, value)),
            Self::Native(span) => span.text(key, value),
        }
    }

    pub(crate) fn text(&mut self, key: &'static str, value: &str) {
        match self {
            Self::OpenTelemetry(span) => span.set(KeyValue::new(key, value.to_owned())),
            Self::Native(span) => span.text(key, value),
        }
    }

    pub(crate) fn some_text(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// Text that is written for it.
    pub(crate) fn written(&mut self, key: &'static str, write: impl FnOnce(&mut String)) {
        match self {
            Self::OpenTelemetry(span) => {
                let mut value = String::new();
                write(&mut value);
                span.set(KeyValue::new(key, value));
            }
            Self::Native(span) => span.written(key, write),
        }
    }

    pub(crate) fn displayed(&mut self, key: &'static str, value: &dyn fmt::Display) {
        // A `String` takes everything.
        self.written(key, |text| _ = write!(text, "{value}"));
    }

    pub(crate) fn long(&mut self, key: &'static str, value: i64) {
        match self {
            Self::OpenTelemetry(span) => span.set(KeyValue::new(key, value)),
            Self::Native(span) => span.long(key, value),
        }
    }

    pub(crate) fn truth(&mut self, key: &'static str, value: bool) {
        match self {
            Self::OpenTelemetry(span) => span.set(KeyValue::new(key, value)),
            Self::Native(span) => span.value(key, &Value::Bool(value)),
        }
    }

    pub(crate) fn key_value(&mut self, tag: KeyValue) {
        match self {
            Self::OpenTelemetry(span) => span.set(tag),
            Self::Native(span) => span.value(tag.key.as_str(), &tag.value),
        }
    }

    /// The status of the span is an error.
    pub(crate) fn fail(&mut self) {
        match self {
            Self::OpenTelemetry(span) => span.status(Status::error("")),
            Self::Native(span) => span.set_status(Status::error("")),
        }
    }
}

// === impl SetTag ===

/// A span that is not in a `Context` yet.
pub(crate) struct Started<'s, S>(pub(crate) &'s mut S);

impl<S: Span> SetTag for Started<'_, S> {
    fn set(&mut self, tag: KeyValue) {
        self.0.set_attribute(tag);
    }

    fn status(&mut self, status: Status) {
        self.0.set_status(status);
    }
}

impl SetTag for SpanRef<'_> {
    fn set(&mut self, tag: KeyValue) {
        self.set_attribute(tag);
    }

    fn status(&mut self, status: Status) {
        self.set_status(status);
    }
}
