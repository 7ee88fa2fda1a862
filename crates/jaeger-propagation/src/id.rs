//! Trace and span ids: numbers, printed and parsed as hexadecimal.

use std::{error, fmt, str::FromStr};

/// Id of a trace: 16 bytes, of which 64-bit clients use the low 8.
///
/// Printed as 16 lower-case hex digits when the high half is zero, else as 32, as the Jaeger clients for
/// Go and Java do. Parsed from 1 to 32 hex digits of either case, padded on the left.
///
/// ```
/// use jaeger_propagation::TraceId;
///
/// let id: TraceId = "a3ce929d0e0e4736".parse()?;
/// assert_eq!(id.to_bytes()[..8], [0; 8]);
/// assert_eq!(id.to_string(), "a3ce929d0e0e4736");
/// # Ok::<(), jaeger_propagation::ParseIdError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(u128);

/// Id of a span: 8 bytes, printed as 16 lower-case hex digits, parsed from 1 to 16 of either case.
///
/// ```
/// use jaeger_propagation::SpanId;
///
/// assert_eq!("7B".parse::<SpanId>()?.to_string(), "000000000000007b");
/// # Ok::<(), jaeger_propagation::ParseIdError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(u64);

/// The text is not an id: empty, too long, or not hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    max_digits: usize,
    found: usize,
}

/// The value of one hexadecimal digit, `None` for any other byte.
///
/// By hand, because `from_str_radix` also accepts a sign.
#[inline]
pub(crate) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The value of 16 digits, all eight bytes of a word at a time.
#[inline]
pub(crate) fn parse_16_hex(digits: &[u8; 16]) -> Option<u64> {
    let [high, low] = digits.as_chunks().0 else { return None };
    Some(u64::from(parse_8_hex(*high)?) << 32 | u64::from(parse_8_hex(*low)?))
}

/// Each step does the same to every byte of the word. Bit 7 says yes or no, and no sum runs over into the next byte, because
/// only ASCII gets that far.
#[inline]
fn parse_8_hex(digits: [u8; 8]) -> Option<u32> {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let word = u64::from_be_bytes(digits);
    if word & each(0x80) != 0 {
        return None;
    }
    // What is from `from` to `to`.
    let within =
        |word: u64, from: u8, to: u8| (word + each(0x80 - from)) & !(word + each(0x7f - to)) & each(0x80);
    let is_number = within(word, b'0', b'9');
    // Nothing but letters of either case becomes one of these.
    let is_letter = within(word | each(0x20), b'a', b'f');
    if is_number | is_letter != each(0x80) {
        return None;
    }
    let values = (word & each(0xf)) + (is_letter >> 7) * 9;
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) as u32)
}

/// All 16 digits of a word, in lower case.
#[inline]
pub(crate) fn print_16_hex(value: u64) -> [u8; 16] {
    let mut text = [0; 16];
    let (high, low) = text.split_at_mut(8);
    high.copy_from_slice(&print_8_hex((value >> 32) as u32));
    low.copy_from_slice(&print_8_hex(value as u32));
    text
}

/// Each step does the same to every byte of the word.
#[inline]
fn print_8_hex(value: u32) -> [u8; 8] {
    let word = u64::from(value);
    // The halves apart, then those of each half, then those of each of these.
    let word = word & 0xffff | (word & 0xffff_0000) << 16;
    let word = word & 0x00ff_0000_00ff | (word & 0xff00_0000_ff00) << 8;
    let word = word & 0x000f_000f_000f_000f | (word & 0x00f0_00f0_00f0_00f0) << 4;
    let is_letter = (word + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (word + 0x3030_3030_3030_3030 + is_letter * u64::from(b'a' - b'9' - 1)).to_be_bytes()
}

pub(crate) fn parse_hex(text: &[u8], max_digits: usize) -> Result<u128, ParseIdError> {
    let error = ParseIdError { max_digits, found: text.len() };
    if text.is_empty() || text.len() > max_digits {
        return Err(error);
    }
    if let (words, []) = text.as_chunks() {
        let value =
            words.iter().try_fold(0, |value, word| Some(value << 64 | u128::from(parse_16_hex(word)?)));
        return value.ok_or(error);
    }
    text.iter()
        .try_fold(0u128, |value, byte| hex_digit(*byte).map(|d| value << 4 | u128::from(d)))
        .ok_or(error)
}

// === impl TraceId ===

impl TraceId {
    /// The id from its 16 big-endian bytes; all zero is the invalid id.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The 16 big-endian bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The low 64 bits, which are the whole id for 64-bit clients.
    pub const fn low(self) -> u64 {
        self.0 as u64
    }

    /// The high 64 bits; 0 for a 64-bit trace id.
    pub const fn high(self) -> u64 {
        (self.0 >> 64) as u64
    }

    /// Whether the id is not zero; zero means "no trace" in every format.
    pub const fn is_valid(self) -> bool {
        self.0 != 0
    }
}

impl FromStr for TraceId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        parse_hex(text.as_bytes(), 32).map(Self::from)
    }
}

impl From<u128> for TraceId {
    fn from(value: u128) -> Self {
        Self(value)
    }
}

impl From<TraceId> for u128 {
    fn from(id: TraceId) -> Self {
        id.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.high() {
            0 => write!(f, "{:016x}", self.low()),
            _ => write!(f, "{:032x}", self.0),
        }
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

// === impl SpanId ===

impl SpanId {
    /// The id from its 8 big-endian bytes; all zero is the invalid id.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// The 8 big-endian bytes.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Whether the id is not zero.
    pub const fn is_valid(self) -> bool {
        self.0 != 0
    }
}

impl FromStr for SpanId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        parse_hex(text.as_bytes(), 16).map(|value| Self::from(value as u64))
    }
}

impl From<u64> for SpanId {
    fn from(value: u64) -> Self {
        Self(value)
    }
}

impl From<SpanId> for u64 {
    fn from(id: SpanId) -> Self {
        id.0
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

// === impl ParseIdError ===

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected 1 to {} hexadecimal digits, found {} bytes of text", self.max_digits, self.found)
    }
}

impl error::Error for ParseIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_all_that_is_not_one_to_max_hex_digits() {
        for text in ["", "+1", "-1", "0x1", " 1", "1_0", "g", "１"] {
            assert!(text.parse::<TraceId>().is_err(), "{text:?}");
            assert!(text.parse::<SpanId>().is_err(), "{text:?}");
        }
        assert!("0".repeat(33).parse::<TraceId>().is_err());
        let error = "0".repeat(17).parse::<SpanId>().unwrap_err();
        assert_eq!(error.to_string(), "expected 1 to 16 hexadecimal digits, found 17 bytes of text");
    }

    #[test]
    fn a_word_of_digits_is_read_as_digit_by_digit() {
        for at in 0..16 {
            for byte in 0..=u8::MAX {
                let mut text = *b"0123456789abCDEF";
                text[at] = byte;
                let expected = text
                    .iter()
                    .try_fold(0, |value, byte| hex_digit(*byte).map(|digit| value << 4 | u64::from(digit)));
                assert_eq!(parse_16_hex(&text), expected, "{at} {byte:#x}");
            }
        }
    }

    #[test]
    fn a_word_is_printed_as_by_the_formatter() {
        for shift in 0..64 {
            for value in [1u64 << shift, u64::MAX >> shift, 0x0123_4567_89ab_cdef_u64.rotate_left(shift)] {
                assert_eq!(print_16_hex(value), *format!("{value:016x}").as_bytes());
            }
        }
    }

    #[test]
    fn trace_id_prints_16_or_32_digits() {
        assert_eq!(TraceId::from(1).to_string(), "0000000000000001");
        assert_eq!(TraceId::from(1 << 64).to_string(), "00000000000000010000000000000000");
        assert_eq!((TraceId::from(5u128 << 64 | 7).high(), TraceId::from(7).low()), (5, 7));
    }
}
