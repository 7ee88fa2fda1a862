//! OpenTelemetry's attributes, made of Zipkin's tags.

use std::collections::HashMap;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// Attributes of which each key is there once, with what was put last.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    list: Vec<KeyValue>,
    places: HashMap<String, usize>,
}

/// Says that a span had no start.
pub(super) const START_ABSENT: &str = "otel.zipkin.absentField.startTime";

pub(super) fn attribute(key: impl Into<String>, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(super) fn text(key: impl Into<String>, value: impl Into<String>) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// The text of a value, if it is one.
pub(super) fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// A JSON object as attributes: its text, its numbers and its truths; `None` of anything else.
pub(super) fn of_json(json: &str) -> Option<Vec<KeyValue>> {
    let serde_json::Value::Object(map) = serde_json::from_str(json).ok()? else { return None };
    let value = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Some(Value::StringValue(text)),
        serde_json::Value::Bool(truth) => Some(Value::BoolValue(truth)),
        serde_json::Value::Number(number) => {
            number.as_i64().map(Value::IntValue).or_else(|| number.as_f64().map(Value::DoubleValue))
        }
        _ => None,
    };
    Some(map.into_iter().filter_map(|(key, json)| Some(attribute(key, value(json)?))).collect())
}

// === impl Attributes ===

impl Attributes {
    /// Adds an attribute, in place of one of the same key.
    pub(super) fn put(&mut self, new: KeyValue) {
        let place = *self.places.entry(new.key.clone()).or_insert(self.list.len());
        match self.list.get_mut(place) {
            Some(old) => *old = new,
            None => self.list.push(new),
        }
    }

    pub(super) fn into_list(self) -> Vec<KeyValue> {
        self.list
    }
}

impl FromIterator<KeyValue> for Attributes {
    fn from_iter<I: IntoIterator<Item = KeyValue>>(attributes: I) -> Self {
        let mut all = Self::default();
        attributes.into_iter().for_each(|attribute| all.put(attribute));
        all
    }
}
