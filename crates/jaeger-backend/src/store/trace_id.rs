//! Trace ids as Jaeger's query API reads and prints them.

use std::fmt;
use std::str::FromStr;

use jaeger_thrift::{Span, SpanRef};

/// Digits of one 64-bit half.
const HALF_DIGITS: usize = 16;

/// The 64-bit or 128-bit id of a trace.
///
/// Reads up to 32 hexadecimal digits of either case, with or without leading zeros. Prints 16 lower-case
/// digits if the high half is zero and 32 otherwise, as Jaeger does, so that equal ids print equally.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

/// A text that is not a trace id. Its message is the one of Jaeger's query API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTraceIdError {
    kind: ParseErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ParseErrorKind {
    TooLong(String),
    NotHexadecimal(String),
}

// === impl TraceId ===

impl TraceId {
    /// The id made of the two halves of `jaeger.thrift`, whose signed integers hold the bits.
    pub fn from_halves(high: i64, low: i64) -> Self {
        let (high, low) = (high.cast_unsigned(), low.cast_unsigned());
        Self(u128::from(high) << 64 | u128::from(low))
    }

    /// The id of the trace that a reference names.
    pub(crate) fn of_reference(reference: &SpanRef) -> Self {
        Self::from_halves(reference.trace_id_high, reference.trace_id_low)
    }

    /// The 16 bytes, most significant first.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id of the trace that this span belongs to.
    pub(crate) fn of(span: &Span) -> Self {
        Self::from_halves(span.trace_id_high, span.trace_id_low)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if self.0 >> 64 == 0 { HALF_DIGITS } else { 2 * HALF_DIGITS };
        write!(f, "{:0width$x}", self.0)
    }
}

impl FromStr for TraceId {
    type Err = ParseTraceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 2 * HALF_DIGITS {
            return Err(ParseErrorKind::TooLong(text.to_owned()).into());
        }
        let split = text.len().saturating_sub(HALF_DIGITS);
        let (high, low) = text.split_at_checked(split).unwrap_or(("", text));
        let high = if high.is_empty() { 0 } else { parse_half(high)? };
        Ok(Self(u128::from(high) << 64 | u128::from(parse_half(low)?)))
    }
}

/// `from_str_radix` alone would accept a sign.
fn parse_half(digits: &str) -> Result<u64, ParseErrorKind> {
    let refused = || ParseErrorKind::NotHexadecimal(digits.to_owned());
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(refused());
    }
    u64::from_str_radix(digits, 16).map_err(|_| refused())
}

// === impl ParseTraceIdError ===

impl From<ParseErrorKind> for ParseTraceIdError {
    fn from(kind: ParseErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for ParseTraceIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ParseErrorKind::TooLong(text) => {
                write!(f, "TraceID cannot be longer than 32 hex characters: {text}")
            }
            ParseErrorKind::NotHexadecimal(text) => {
                write!(f, "strconv.ParseUint: parsing {text:?}: invalid syntax")
            }
        }
    }
}

impl std::error::Error for ParseTraceIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, printed: &str) {
        assert_eq!(text.parse::<TraceId>().unwrap().to_string(), printed);
    }

    #[track_caller]
    fn refuses(text: &str, message: &str) {
        assert_eq!(text.parse::<TraceId>().unwrap_err().to_string(), message);
    }

    #[test]
    fn every_spelling_of_an_id_prints_the_same() {
        reads("1001", "0000000000001001");
        reads("00000000000000000000000000001001", "0000000000001001");
        reads("ABCDEF0123456789", "abcdef0123456789");
        reads("b2bdf4251e5ce0e11b21f3290c35d99", "0b2bdf4251e5ce0e11b21f3290c35d99");
        reads("0", "0000000000000000");
    }

    #[test]
    fn other_texts_are_refused_in_jaegers_words() {
        refuses("", r#"strconv.ParseUint: parsing "": invalid syntax"#);
        refuses("zzz", r#"strconv.ParseUint: parsing "zzz": invalid syntax"#);
        refuses("+1", r#"strconv.ParseUint: parsing "+1": invalid syntax"#);
        refuses("é", r#"strconv.ParseUint: parsing "é": invalid syntax"#);
        let long = "0".repeat(33);
        refuses(&long, &format!("TraceID cannot be longer than 32 hex characters: {long}"));
    }
}
