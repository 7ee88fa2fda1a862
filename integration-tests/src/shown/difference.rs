//! What may be different.

use super::span::ShownSpan;

/// One thing that may be different, and has to be.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// In a few words.
    pub what: &'static str,
    /// Why it is so.
    pub reason: &'static str,
    /// Makes it in a span, and says whether there was something to change.
    pub change: fn(&mut ShownSpan) -> bool,
}
