//! A log as OpenTelemetry's event.

use std::borrow::Cow;

use opentelemetry::KeyValue;

use crate::{Field, Value, ext};

/// The name of an event that has no field `event`.
const NO_EVENT: &str = "log";

/// The name of an event that is an error.
const EXCEPTION: &str = "exception";

/// OpenTelemetry's event of a log. Its name is that of the first field `event` if that is text, else [`NO_EVENT`]; one of an error is called `exception` and has the
/// fields that OpenTelemetry knows beside OpenTracing's.
pub(crate) fn event(fields: Vec<Field>) -> (Cow<'static, str>, Vec<KeyValue>) {
    let named = fields.iter().position(|field| field.key == ext::log::EVENT);
    let name = named.and_then(|at| Some((at, text(&fields.get(at)?.value)?.clone())));
    let mut attributes: Vec<KeyValue> = Vec::new();
    match name {
        Some((_, name)) if name == ext::log::ERROR => {
            for attribute in fields.iter().filter_map(known) {
                if attributes.iter().all(|earlier| earlier.key != attribute.key) {
                    attributes.push(attribute);
                }
            }
            attributes.splice(0..0, fields.into_iter().map(Field::into_otel));
            (EXCEPTION.into(), attributes)
        }
        // It is told by the name. Not that of those without one, and not where there are two.
        Some((at, name))
            if name != NO_EVENT && fields.iter().skip(at + 1).all(|field| field.key != ext::log::EVENT) =>
        {
            let others = fields.into_iter().enumerate().filter(|(other, _)| *other != at);
            attributes.extend(others.map(|(_, field)| field.into_otel()));
            (name, attributes)
        }
        name => {
            attributes.extend(fields.into_iter().map(Field::into_otel));
            (name.map_or(NO_EVENT.into(), |(_, name)| name), attributes)
        }
    }
}

/// OpenTelemetry's attribute that says what a field of an error says.
fn known(field: &Field) -> Option<KeyValue> {
    let key = match field.key.as_ref() {
        ext::log::ERROR_KIND => "exception.type",
        ext::log::ERROR_OBJECT | ext::log::MESSAGE => "exception.message",
        ext::log::STACK => "exception.stacktrace",
        _ => return None,
    };
    Some(KeyValue::new(key, field.value.to_string()))
}

fn text(value: &Value) -> Option<&Cow<'static, str>> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
