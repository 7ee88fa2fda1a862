//! OpenTelemetry's attributes, made of Zipkin's tags.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// Says that a span had no start.
pub(super) const START_ABSENT: &str = "otel.zipkin.absentField.startTime";

pub(super) fn attribute(key: impl Into<String>, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(super) fn text(key: impl Into<String>, value: impl Into<String>) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

/// Adds an attribute, in place of one of the same key.
pub(super) fn put(attributes: &mut Vec<KeyValue>, new: KeyValue) {
    match attributes.iter_mut().find(|attribute| attribute.key == new.key) {
        Some(old) => *old = new,
        None => attributes.push(new),
    }
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
