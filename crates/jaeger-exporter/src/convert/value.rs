//! The value of an attribute as that of a tag or log field.

use jaeger_thrift::TagRef;
use opentelemetry::{Array, Value};

use super::json;

/// Calls `write` with an attribute's value as that of a tag or a log's field. Most are borrowed; arrays become JSON text for the
/// call, and what is not a number a word, because Jaeger's query service answers JSON.
pub fn with_tag(value: &Value, write: impl FnOnce(TagRef<'_>)) {
    match value {
        Value::Bool(truth) => write(TagRef::Bool(*truth)),
        Value::I64(number) => write(TagRef::Long(*number)),
        // One of them fails a whole search.
        Value::F64(number) if number.is_nan() => write(TagRef::String("NaN")),
        Value::F64(number) if number.is_infinite() => {
            write(TagRef::String(if *number > 0.0 { "+Inf" } else { "-Inf" }));
        }
        Value::F64(number) => write(TagRef::Double(*number)),
        Value::String(text) => write(TagRef::String(text.as_str())),
        Value::Array(array) => write(TagRef::String(&json::array(array))),
        // `Value` may grow; what it displays is then better than nothing.
        other => write(TagRef::String(&other.to_string())),
    }
}

/// The text of a value that holds what is not a number, as [`with_tag`] writes it; `None` for any other. For exporters of another
/// protocol: Jaeger shows nothing in place of such an array, and no trace at all in place of such a number.
pub fn text_of_no_number(value: &Value) -> Option<String> {
    let is_number = match value {
        Value::F64(number) => number.is_finite(),
        Value::Array(Array::F64(numbers)) => numbers.iter().all(|number| number.is_finite()),
        _ => true,
    };
    let mut text = None;
    if !is_number {
        with_tag(value, |tag| {
            if let TagRef::String(words) = tag {
                text = Some(words.to_owned());
            }
        });
    }
    text
}

/// The same value, a string of at most `max_bytes` bytes and of whole characters.
pub fn cut(value: TagRef<'_>, max_bytes: usize) -> TagRef<'_> {
    match value {
        TagRef::String(text) if text.len() > max_bytes => {
            // `str::floor_char_boundary` is newer than the oldest compiler we support.
            let end = (0..=max_bytes).rev().find(|&end| text.is_char_boundary(end));
            TagRef::String(end.and_then(|end| text.get(..end)).unwrap_or_default())
        }
        other => other,
    }
}
