//! The fields of logs.

use std::error::Error;

use super::ERROR as ERROR_TAG;
use crate::{Field, Span, Value, field};

/// What happened: a stable identifier, of something notable in the life of the span.
pub const EVENT: &str = "event";
/// A line for people to read.
pub const MESSAGE: &str = "message";
/// The type of an error; only where `event` is `error`.
pub const ERROR_KIND: &str = "error.kind";
/// The error itself; only where `event` is `error`.
pub const ERROR_OBJECT: &str = "error.object";
/// Where it happened, as the platform writes it.
pub const STACK: &str = "stack";

/// The value of `event` of errors.
pub const ERROR: &str = "error";

/// Marks a span as failed and logs why: the tag `error`, and a log with `event=error`, the error as `error.object`, and further fields.
///
/// ```
/// # let span = opentracing_shim::Tracer::noop().start_span("read");
/// if let Err(error) = std::fs::read("no such file") {
///     opentracing_shim::ext::log_error(&span, &error, []);
/// }
/// ```
pub fn log_error(span: &Span, error: &dyn Error, fields: impl IntoIterator<Item = Field>) {
    ERROR_TAG.set(span, true);
    let known = [field(EVENT, ERROR), field(ERROR_OBJECT, Value::display(error))];
    span.log(known.into_iter().chain(fields));
}
