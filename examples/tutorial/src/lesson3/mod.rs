//! Lesson 3: one trace through three processes, because the context of a span travels in HTTP headers.

pub(crate) mod formatter;
pub(crate) mod hello;
pub(crate) mod publisher;
