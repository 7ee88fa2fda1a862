//! A tag of the conventions.

use std::{
    borrow::Cow,
    marker::PhantomData,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::SpanKind;
use crate::{Span, Value};

/// The name of a tag, and the type of its values.
#[derive(Clone, Copy, Debug)]
pub struct Tag<T> {
    name: &'static str,
    values: PhantomData<fn(T)>,
}

// === impl Tag ===

impl<T> Tag<T> {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, values: PhantomData }
    }

    /// The name.
    pub const fn as_str(&self) -> &'static str {
        self.name
    }
}

/// One for each type, so that a number needs no suffix.
macro_rules! setters {
    ($($value:ty: $argument:ty, $to_value:expr;)*) => {
        $(impl Tag<$value> {
            /// Sets the tag of a span.
            pub fn set(&self, span: &Span, value: $argument) {
                span.set_tag(self.name, $to_value(value));
            }
        })*
    };
}

setters! {
    bool: bool, Value::from;
    u16: u16, Value::from;
    SpanKind: SpanKind, Value::from;
    Cow<'static, str>: impl Into<Cow<'static, str>>, |text| Value::Text(Into::into(text));
    Ipv4Addr: Ipv4Addr, |address| Value::display(&address);
    Ipv6Addr: Ipv6Addr, |address| Value::display(&address);
}

impl<T> From<Tag<T>> for Cow<'static, str> {
    fn from(tag: Tag<T>) -> Self {
        Cow::Borrowed(tag.name)
    }
}
