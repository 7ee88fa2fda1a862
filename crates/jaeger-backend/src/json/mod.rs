//! Traces in the JSON of Jaeger's query API.

mod base64;
mod envelope;
mod go_duration;
mod tag;
mod trace;
mod warnings;

pub(crate) use envelope::{Envelope, Problem};
pub(crate) use go_duration::parse_duration;
pub(crate) use tag::value_as_text;
pub(crate) use trace::{Detail, TraceJson};
