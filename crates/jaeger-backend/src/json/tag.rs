//! Typed key/value pairs of tags and log fields.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine};
use jaeger_thrift::{Tag, TagValue};
use serde::Serialize;

use super::go_float::print_float;

/// The largest integer that every JSON reader keeps exactly: 2^53 - 1.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// A tag or log field.
#[derive(Debug, Serialize)]
pub(crate) struct TagJson<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: ValueJson<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ValueJson<'a> {
    Borrowed(&'a str),
    Text(String),
    Bool(bool),
    Integer(i64),
    Float(f64),
}

/// Base64 with padding, for binary tags.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// The value as the text that a search for tags is compared with.
pub(crate) fn value_as_text(value: &TagValue) -> Cow<'_, str> {
    match value {
        TagValue::String(text) => Cow::Borrowed(text),
        TagValue::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        TagValue::Long(value) => Cow::Owned(value.to_string()),
        TagValue::Double(value) => Cow::Owned(print_float(*value)),
        TagValue::Binary(bytes) => Cow::Owned(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

// === impl TagJson ===

impl<'a> From<&'a Tag> for TagJson<'a> {
    fn from(tag: &'a Tag) -> Self {
        let (kind, value) = match &tag.value {
            TagValue::String(text) => ("string", ValueJson::Borrowed(text)),
            TagValue::Bool(value) => ("bool", ValueJson::Bool(*value)),
            TagValue::Long(value) => ("int64", integer(*value)),
            TagValue::Double(value) => ("float64", float(*value)),
            TagValue::Binary(bytes) => ("binary", ValueJson::Text(encode_base64(bytes))),
        };
        Self { key: &tag.key, kind, value }
    }
}

fn integer(value: i64) -> ValueJson<'static> {
    if value.unsigned_abs() > MAX_EXACT {
        ValueJson::Text(value.to_string())
    } else {
        ValueJson::Integer(value)
    }
}

/// Whole numbers print without a fraction, as in Go. JSON has no NaN and no infinity: they become text.
fn float(value: f64) -> ValueJson<'static> {
    if !value.is_finite() {
        return ValueJson::Text(value.to_string());
    }
    let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
    let whole = is_whole.then(|| format!("{value:.0}").parse().ok()).flatten();
    whole.map_or(ValueJson::Float(value), ValueJson::Integer)
}
