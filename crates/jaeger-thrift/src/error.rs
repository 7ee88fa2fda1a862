//! Why bytes are not a batch.

use std::{error::Error, fmt};

/// Bytes that are not what they were decoded as.
///
/// The message says what was expected, in which field, and what was found:
/// `expected a list in Batch.spans, found a string`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    expected: &'static str,
    field: &'static str,
    found: Found,
}

/// What stood in the place of the expected thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The input ended.
    End,
    /// The struct ended without the field.
    Nothing,
    /// Another type, with its article.
    Type(&'static str),
    Number(i64),
    Bits(u32),
    /// More of it than allowed.
    TooLarge,
    /// A length and how many bytes are left for it.
    Length {
        claimed: u64,
        left: usize,
    },
    /// A name from the wire.
    Name(Box<str>),
}

// === impl DecodeError ===

impl DecodeError {
    pub(crate) fn new(expected: &'static str, field: &'static str, found: Found) -> Self {
        Self { expected, field, found }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} in {}, found {}", self.expected, self.field, self.found)
    }
}

impl Error for DecodeError {}

// === impl Found ===

impl Found {
    /// The start of a name from the wire: enough to recognise it, and no more than fits in a log line.
    pub(crate) fn name(bytes: &[u8]) -> Self {
        const MAX_BYTES: usize = 32;
        let start = bytes.get(..MAX_BYTES).unwrap_or(bytes);
        Self::Name(String::from_utf8_lossy(start).into())
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("the end of the input"),
            Self::Nothing => f.write_str("none"),
            Self::Type(name) => f.write_str(name),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bits(bits) => write!(f, "{bits:#x}"),
            Self::TooLarge => f.write_str("a larger one"),
            Self::Length { claimed, left } => write!(f, "{claimed} with {left} bytes left"),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}
