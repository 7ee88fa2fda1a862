//! Traces in the JSON of Jaeger's query API.

mod envelope;
mod go_duration;
mod go_float;
mod go_null;
mod tag;
mod trace;

pub(crate) use envelope::{Envelope, Problem};
pub(crate) use go_duration::{parse_duration, print_nanoseconds};
pub(crate) use go_null::or_default;
pub(crate) use tag::{encode_base64, value_as_text};
pub(crate) use trace::TraceJson;
