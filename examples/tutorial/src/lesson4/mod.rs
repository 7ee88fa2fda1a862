//! Lesson 4: baggage, which goes wherever the trace goes.

pub(crate) mod formatter;
pub(crate) mod hello;
pub(crate) mod publisher;
