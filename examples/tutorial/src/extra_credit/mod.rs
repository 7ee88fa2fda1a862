//! The extra credit: instrumentation that exists, the layers of `tower-jaeger`, instead of spans by hand.

pub(crate) mod formatter;
pub(crate) mod hello;
pub(crate) mod publisher;

mod phases;
