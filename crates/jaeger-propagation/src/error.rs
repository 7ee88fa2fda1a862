//! Why a trace header was refused.

use std::{error, fmt};

/// The trace header is there but is not what the format says; the request starts a new root.
///
/// Names the part that was wrong, never the value: headers may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractError {
    part: MalformedPart,
    expected: &'static str,
}

/// The part of the trace header that was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MalformedPart {
    /// The header as a whole: not four parts, or two headers that differ.
    Header,
    /// A percent escape in the header.
    Escape,
    /// The trace id.
    TraceId,
    /// The span id.
    SpanId,
    /// The flags.
    Flags,
}

// === impl ExtractError ===

impl ExtractError {
    pub(crate) const fn new(part: MalformedPart, expected: &'static str) -> Self {
        Self { part, expected }
    }

    /// Which part was wrong, for example to count by.
    pub const fn part(&self) -> MalformedPart {
        self.part
    }
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            MalformedPart::Header => "trace header",
            MalformedPart::Escape => "percent escape in the trace header",
            MalformedPart::TraceId => "trace id",
            MalformedPart::SpanId => "span id",
            MalformedPart::Flags => "flags",
        };
        write!(f, "malformed {part}: expected {}", self.expected)
    }
}

impl error::Error for ExtractError {}
