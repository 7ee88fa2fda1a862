//! The fields of an event as the attributes of a log.

use std::{borrow::Cow, error::Error, fmt, iter};

use opentelemetry::{KeyValue, Value};
use tracing_core::{
    Event, Level, Metadata,
    field::{Field, Visit},
};

/// What an event says.
#[derive(Debug, Default)]
pub(super) struct Fields {
    message: Option<String>,
    /// Where it comes from, for an event that stands for a record of the `log` crate.
    log_target: Option<String>,
    attributes: Vec<KeyValue>,
}

// === impl Fields ===

impl Fields {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut fields = Self::default();
        event.record(&mut fields);
        fields
    }

    /// The name and the attributes of the log. An event without a message is called by its own name.
    pub(super) fn into_log(self, event: &'static Metadata<'static>) -> (Cow<'static, str>, Vec<KeyValue>) {
        let mut attributes = self.attributes;
        attributes.push(KeyValue::new("level", level(*event.level())));
        attributes.push(match self.log_target {
            Some(target) => KeyValue::new("target", target),
            None => KeyValue::new("target", event.target()),
        });
        (self.message.map_or(Cow::Borrowed(event.name()), Cow::Owned), attributes)
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let value = value.into();
        match field.name() {
            "message" => self.message = Some(value.to_string()),
            // The crate `tracing-log` says by these what the metadata of its events cannot.
            "log.target" => self.log_target = Some(value.to_string()),
            "log.module_path" | "log.file" | "log.line" => {}
            // A field that is called like a keyword.
            name => self.attributes.push(KeyValue::new(name.strip_prefix("r#").unwrap_or(name), value)),
        }
    }

    fn put_integer<T: TryInto<i64> + fmt::Display + Copy>(&mut self, field: &Field, value: T) {
        match value.try_into() {
            Ok(value) => self.put(field, value),
            Err(_) => self.put(field, value.to_string()),
        }
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put_integer(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.put_integer(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put_integer(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let errors = iter::successors(Some(value), |error| (**error).source());
        let texts: Vec<_> = errors.map(ToString::to_string).collect();
        self.put(field, texts.join(": "));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

/// As Jaeger's own programs write it in their logs.
fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}
