//! What Jaeger shows of a trace, and how two of them may differ.
//!
//! A trace that was sent twice, by two paths, is to look the same twice. What may differ is a table of [`Difference`]s: applied to
//! the one trace they make the other, exactly, and each of them changes something.

mod answer;
mod difference;
mod span;
mod tags;
mod trace;
mod v2;

pub use self::{
    difference::Difference,
    span::{ShownLog, ShownSpan},
    tags::{ShownTag, ShownTags},
    trace::ShownTrace,
    v2::of_v2,
};
