//! In place of `native.rs` without the feature `native`: there is no such tracer, and so no span of it.

use opentelemetry::{
    Context, Value,
    trace::{Link, SpanKind, Status},
};

use crate::{operation_name::Name, request_span::Origin};

#[derive(Debug)]
pub(crate) enum Native {}

#[derive(Debug)]
pub(crate) enum Recording {}

pub(crate) struct Writer<'s>(Recording, std::marker::PhantomData<&'s ()>);

pub(crate) fn of<T>(_tracer: &T) -> Option<&Native> {
    None
}

pub(crate) fn is_any_woken() -> bool {
    false
}

#[expect(dead_code, reason = "nobody reads what no span is started with")]
pub(crate) struct Sort<'s> {
    pub(crate) kind: SpanKind,
    pub(crate) links: &'s [Link],
    pub(crate) number: u32,
    pub(crate) name_unsampled: &'static str,
}

pub(crate) fn start<'n>(
    tracer: &Native,
    _origin: Origin<'_>,
    _sort: &Sort<'_>,
    _name: impl FnOnce() -> Name<'n>,
    _write_first: impl FnOnce(Writer<'_>),
    _write: impl FnOnce(Writer<'_>),
) -> (Context, Option<Recording>) {
    match *tracer {}
}

// === impl Recording ===

impl Recording {
    pub(crate) fn write(&self, _write: impl FnOnce(Writer<'_>)) {
        match *self {}
    }

    pub(crate) fn end(&self, _write: impl FnOnce(Writer<'_>)) {
        match *self {}
    }
}

// === impl Writer ===

impl Writer<'_> {
    pub(crate) fn text(&mut self, _key: &str, _value: &str) {
        match self.0 {}
    }

    pub(crate) fn long(&mut self, _key: &str, _value: i64) {
        match self.0 {}
    }

    pub(crate) fn written(&mut self, _key: &str, _write: impl FnOnce(&mut String)) {
        match self.0 {}
    }

    pub(crate) fn value(&mut self, _key: &str, _value: &Value) {
        match self.0 {}
    }

    pub(crate) fn set_status(&mut self, _status: Status) {
        match self.0 {}
    }
}
