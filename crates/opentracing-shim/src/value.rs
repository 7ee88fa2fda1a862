//! Values of tags and of the fields of logs.

use std::{borrow::Cow, fmt};

use opentelemetry::{KeyValue, Value as OtelValue};

/// A value of OpenTracing: text, a bool or a number.
///
/// Whole numbers are 64 bits with a sign; one of 64 bits without a sign that has no room there is text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Text.
    Text(Cow<'static, str>),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// Any other number.
    Double(f64),
}

/// A field of a log: a key and a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it is called; OpenTracing has conventions for some, [`ext::log`](crate::ext::log).
    pub key: Cow<'static, str>,
    /// What it is.
    pub value: Value,
}

/// A field of a log.
///
/// ```
/// # let span = opentracing_shim::Tracer::noop().start_span("work");
/// use opentracing_shim::field;
///
/// span.log([field("event", "soft error"), field("type", "cache timeout"), field("waited.millis", 1500)]);
/// ```
pub fn field(key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Field {
    Field { key: key.into(), value: value.into() }
}

// === impl Value ===

impl Value {
    /// The text of anything that has one, an error for example.
    pub fn display(value: &(impl fmt::Display + ?Sized)) -> Self {
        Self::Text(value.to_string().into())
    }

    pub(crate) fn into_otel(self) -> OtelValue {
        match self {
            Self::Text(text) => OtelValue::from(text),
            Self::Bool(truth) => OtelValue::from(truth),
            Self::Long(number) => OtelValue::from(number),
            Self::Double(number) => OtelValue::from(number),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Long(number) => number.fmt(f),
            Self::Double(number) => number.fmt(f),
        }
    }
}

macro_rules! from {
    ($variant:ident: $($from:ty),*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

from!(Text: &'static str, String, Cow<'static, str>);
from!(Bool: bool);
from!(Long: i8, i16, i32, i64, u8, u16, u32);
from!(Double: f32, f64);

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::display(&number), Self::Long)
    }
}

impl From<isize> for Value {
    fn from(number: isize) -> Self {
        Self::Long(number as i64)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.clone())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

// === impl Field ===

impl Field {
    pub(crate) fn into_otel(self) -> KeyValue {
        KeyValue::new(self.key, self.value.into_otel())
    }
}
