//! Why a trace header was refused.

use std::{error, fmt};

use crate::Format;

/// A trace header is there but is not what its format says; unless another format has a valid one, the request starts a
/// new root.
///
/// Names the part that was wrong, never the value: headers may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractError {
    format: Format,
    part: MalformedPart,
    expected: &'static str,
}

/// The part of a trace header that was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MalformedPart {
    /// The whole of it: a wrong number of parts, or two headers that differ. In the Binary carrier: bytes that end too
    /// early, or lengths beyond the limits.
    Structure,
    /// A percent escape in the header.
    Escape,
    /// The version of a `traceparent`.
    Version,
    /// The trace id.
    TraceId,
    /// The span id.
    SpanId,
    /// The flags, or the sampling state.
    Flags,
}

// === impl ExtractError ===

impl ExtractError {
    pub(crate) const fn new(format: Format, part: MalformedPart, expected: &'static str) -> Self {
        Self { format, part, expected }
    }

    /// The format of the header.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Which part was wrong.
    pub const fn part(&self) -> MalformedPart {
        self.part
    }
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, part, expected } = self;
        write!(f, "malformed {part} in the {format} trace header: expected {expected}")
    }
}

impl error::Error for ExtractError {}

// === impl MalformedPart ===

impl MalformedPart {
    /// All parts.
    pub const ALL: [Self; 6] =
        [Self::Structure, Self::Escape, Self::Version, Self::TraceId, Self::SpanId, Self::Flags];

    /// Lower-case words, as a label of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Escape => "percent escape",
            Self::Version => "version",
            Self::TraceId => "trace id",
            Self::SpanId => "span id",
            Self::Flags => "flags",
        }
    }
}

impl fmt::Display for MalformedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
