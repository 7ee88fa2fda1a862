//! OpenTelemetry's attributes as Jaeger's tags: lists and maps become JSON text, as Go writes it.

use std::collections::BTreeMap;

use jaeger_thrift::{Tag, TagValue};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

use crate::json::encode_base64;

pub(super) fn tag(attribute: KeyValue) -> Tag {
    let value = attribute.value.and_then(|value| value.value);
    Tag { key: attribute.key, value: tag_value(value) }
}

fn tag_value(value: Option<Value>) -> TagValue {
    match value {
        None => TagValue::String(String::new()),
        Some(Value::StringValue(text)) => TagValue::String(text),
        Some(Value::BoolValue(truth)) => TagValue::Bool(truth),
        Some(Value::IntValue(number)) => TagValue::Long(number),
        Some(Value::DoubleValue(number)) => TagValue::Double(number),
        Some(Value::BytesValue(bytes)) => TagValue::Binary(bytes),
        Some(nested) => {
            let mut json = String::new();
            // Go's encoder writes nothing where one number is none of JSON's.
            let is_json = write_json(&mut json, Some(&nested)).is_some();
            TagValue::String(if is_json { json } else { String::new() })
        }
    }
}

/// Recursive: the decoders of protobuf and of JSON let no value in that is deeper than a hundred.
fn write_json(json: &mut String, value: Option<&Value>) -> Option<()> {
    match value {
        None => json.push_str("null"),
        Some(Value::StringValue(text)) => write_text(json, text),
        Some(Value::BoolValue(truth)) => json.push_str(if *truth { "true" } else { "false" }),
        Some(Value::IntValue(number)) => json.push_str(&number.to_string()),
        Some(Value::DoubleValue(number)) => json.push_str(&go_number(*number)?),
        Some(Value::BytesValue(bytes)) => write_text(json, &encode_base64(bytes)),
        Some(Value::ArrayValue(list)) => {
            json.push('[');
            for (at, value) in list.values.iter().enumerate() {
                separate(json, at);
                write_json(json, value.value.as_ref())?;
            }
            json.push(']');
        }
        Some(Value::KvlistValue(map)) => {
            let mut sorted: BTreeMap<&str, Option<&Value>> = BTreeMap::new();
            for KeyValue { key, value, .. } in &map.values {
                sorted.insert(key, value.as_ref().and_then(|value| value.value.as_ref()));
            }
            json.push('{');
            for (at, (key, value)) in sorted.iter().enumerate() {
                separate(json, at);
                write_text(json, key);
                json.push(':');
                write_json(json, *value)?;
            }
            json.push('}');
        }
        Some(_) => json.push_str("null"),
    }
    Some(())
}

fn separate(json: &mut String, at: usize) {
    if at > 0 {
        json.push(',');
    }
}

/// Go escapes what a browser could take for markup.
fn write_text(json: &mut String, text: &str) {
    let quoted = serde_json::Value::from(text).to_string();
    for character in quoted.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => json.push(character),
        }
    }
}

/// Without a fraction where there is none, with an exponent below a millionth and from 1e21 on.
fn go_number(number: f64) -> Option<String> {
    let magnitude = number.abs();
    match () {
        () if !number.is_finite() => None,
        () if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) => Some(number.to_string()),
        () => {
            let text = format!("{number:e}");
            Some(if magnitude < 1.0 { text } else { text.replace('e', "e+") })
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValueList};

    use super::*;

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    #[track_caller]
    fn reads(value: Value, expected: &str) {
        assert_eq!(tag_value(Some(value)), TagValue::String(expected.to_owned()));
    }

    #[test]
    fn lists_and_maps_are_json_as_go_writes_it() {
        let numbers =
            [1.0, 0.5, 1e-7, 1e21, 123_456_789_012_345_680_000.0].map(|n| any(Value::DoubleValue(n)));
        let list = ArrayValue { values: numbers.to_vec() };
        reads(Value::ArrayValue(list), "[1,0.5,1e-7,1e+21,123456789012345680000]");
        let text = any(Value::StringValue("<a href=\"&\">\u{2028}\n".to_owned()));
        let entry = |key: &str, value| KeyValue { key: key.to_owned(), value, ..KeyValue::default() };
        let bytes = Some(any(Value::BytesValue(vec![1, 2, 3])));
        let map = KeyValueList { values: vec![entry("b", Some(text)), entry("a", bytes), entry("c", None)] };
        let expected = r#"{"a":"AQID","b":"\u003ca href=\"\u0026\"\u003e\u2028\n","c":null}"#;
        reads(Value::KvlistValue(map), expected);
        reads(Value::ArrayValue(ArrayValue { values: vec![any(Value::DoubleValue(f64::NAN))] }), "");
    }
}
