//! What may be different.

use super::span::ShownSpan;

/// One thing that is different on some paths, and has to be.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    pub(super) paths: &'static [&'static str],
    pub(super) what: &'static str,
    pub(super) change: fn(&mut ShownSpan) -> bool,
}

// === impl Difference ===

impl Difference {
    /// A row of the table: on these paths there is `what`, for a reason. `change` makes it in a span that has it not, and says whether
    /// there was something to change.
    pub const fn new(
        paths: &'static [&'static str],
        what: &'static str,
        _reason: &'static str,
        change: fn(&mut ShownSpan) -> bool,
    ) -> Self {
        Self { paths, what, change }
    }
}
