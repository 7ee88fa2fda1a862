//! Arrays as JSON text (RFC 8259): strings escaped, numbers as numbers.

use std::fmt::Write as _;

use opentelemetry::Array;

/// The array as JSON.
pub(super) fn array(array: &Array) -> String {
    match array {
        Array::Bool(items) => join(items, |out, item| _ = write!(out, "{item}")),
        Array::I64(items) => join(items, |out, item| _ = write!(out, "{item}")),
        Array::F64(items) => join(items, |out, item| number(out, *item)),
        Array::String(items) => join(items, |out, item| string(out, item.as_str())),
        // `Array` may grow; what it displays is then better than nothing.
        other => other.to_string(),
    }
}

fn join<T>(items: &[T], write: impl Fn(&mut String, &T)) -> String {
    let mut out = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(&mut out, item);
    }
    out.push(']');
    out
}

/// JSON has no NaN and no infinity: they are strings, as outside of arrays.
fn number(out: &mut String, value: f64) {
    let _ = if value.is_finite() {
        // `Debug` writes large numbers with an exponent instead of hundreds of digits.
        write!(out, "{value:?}")
    } else if value.is_nan() {
        write!(out, "\"NaN\"")
    } else {
        write!(out, "\"{}Inf\"", if value > 0.0 { '+' } else { '-' })
    };
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => _ = write!(out, "\\u{:04x}", u32::from(character)),
            other => out.push(other),
        }
    }
    out.push('"');
}
