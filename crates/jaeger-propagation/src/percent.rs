//! Percent coding as the real clients read and write it.
//!
//! Written: everything but `A-Za-z0-9-._~` as `%XX` of its UTF-8 bytes, upper case, a blank as `%20`. Of what
//! the real clients write, all four Jaeger clients and OpenTelemetry's read that alike.
//! Read: `%XX` of either case; in Jaeger's baggage also `+` as a blank, because Go and Java write one so.

use std::borrow::Cow;

use crate::id::hex_digit;

/// A `%` without two hexadecimal digits behind it.
#[derive(Debug)]
pub(crate) struct BadEscape;

/// What is decoded in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Nothing: a map of text holds its values as they are.
    Plain,
    /// `%XX`: W3C Baggage.
    Percent,
    /// `%XX`, and `+` as a blank: Jaeger's HTTP headers.
    PercentPlus,
}

/// The decoded bytes of a text, one after the other, without a buffer.
#[derive(Clone)]
pub(crate) struct Decoded<'a> {
    rest: std::slice::Iter<'a, u8>,
    plus_is_blank: bool,
}

// === impl Coding ===

impl Coding {
    /// How many bytes [`decode`](Self::decode) will give at the least, without making them.
    pub(crate) fn decoded_len(self, text: &str) -> usize {
        match self {
            Self::Plain => text.len(),
            // A bad escape keeps the text as it is, which is longer.
            Self::Percent | Self::PercentPlus => {
                text.len() - 2 * text.bytes().filter(|b| *b == b'%').count().min(text.len() / 3)
            }
        }
    }

    /// The decoded text; the text itself where there is nothing to decode, where an escape is bad, or where the result is
    /// not UTF-8.
    pub(crate) fn decode(self, text: &str) -> Cow<'_, str> {
        let is_coded = |byte: u8| byte == b'%' || byte == b'+' && self == Self::PercentPlus;
        if self == Self::Plain || !text.bytes().any(is_coded) {
            return Cow::Borrowed(text);
        }
        let mut bytes = Vec::with_capacity(self.decoded_len(text));
        for byte in Decoded::new(text.as_bytes(), self == Self::PercentPlus) {
            match byte {
                Ok(byte) => bytes.push(byte),
                Err(BadEscape) => return Cow::Borrowed(text),
            }
        }
        String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// The same coding if all of the text can be decoded, else [`Plain`](Self::Plain). So a text can be decoded in
    /// parts, and is still kept as it is if any of them is bad.
    pub(crate) fn of_whole(self, text: &str) -> Self {
        let mut bytes = Decoded::new(text.as_bytes(), self == Self::PercentPlus);
        let is_good =
            self == Self::Plain || std::iter::from_fn(|| bytes.next_char()).all(|char| char.is_ok());
        if is_good { self } else { Self::Plain }
    }

    /// Whether there is nothing but white space in it.
    pub(crate) fn is_blank(self, text: &str) -> bool {
        match self {
            Self::Plain => text.trim().is_empty(),
            // Characters of several bytes are not looked for: to tell them would take decoding.
            Self::Percent | Self::PercentPlus => Decoded::new(text.as_bytes(), self == Self::PercentPlus)
                .all(|byte| byte.is_ok_and(|byte| byte.is_ascii_whitespace() || byte == 0xb)),
        }
    }

    /// The parts between separators, which may be coded; the parts stay coded.
    pub(crate) fn split(self, text: &str, separator: u8) -> impl Iterator<Item = &str> {
        let mut rest = Some(text);
        std::iter::from_fn(move || {
            let text = rest?;
            let (part, behind) = self.split_once(text, separator).map_or((text, None), |(a, b)| (a, Some(b)));
            rest = behind;
            Some(part)
        })
    }

    fn split_once(self, text: &str, separator: u8) -> Option<(&str, &str)> {
        let bytes = text.as_bytes();
        let length = |at: usize, byte: u8| match byte {
            byte if byte == separator => Some(1),
            b'%' if self != Self::Plain => {
                let escaped = Decoded::new(bytes.get(at..)?, false).next()?.ok()?;
                (escaped == separator).then_some(3)
            }
            _ => None,
        };
        let (at, length) = bytes.iter().enumerate().find_map(|(at, byte)| Some((at, length(at, *byte)?)))?;
        Some((text.get(..at)?, text.get(at + length..)?))
    }
}

/// Appends the encoded text.
pub(crate) fn encode_into(text: &str, buffer: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !is_unreserved(byte)) {
        let (plain, coded) = rest.split_at_checked(at).unwrap_or_default();
        buffer.push_str(plain);
        let mut chars = coded.chars();
        let mut utf8 = [0; 4];
        for byte in chars.next().unwrap_or_default().encode_utf8(&mut utf8).bytes() {
            buffer.extend(escaped(byte));
        }
        rest = chars.as_str();
    }
    buffer.push_str(rest);
}

fn escaped(byte: u8) -> [char; 3] {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 });
    ['%', digit(byte >> 4), digit(byte & 15)]
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

// === impl Decoded ===

impl<'a> Decoded<'a> {
    pub(crate) fn new(text: &'a [u8], plus_is_blank: bool) -> Self {
        Self { rest: text.iter(), plus_is_blank }
    }

    /// The next character of a text; `Err` also where its bytes are not UTF-8.
    fn next_char(&mut self) -> Option<Result<(), BadEscape>> {
        let mut bytes = [0; 4];
        let length = match self.next()? {
            Ok(first) => {
                bytes[0] = first;
                // The length is in the first byte; a wrong one makes the whole wrong.
                first.leading_ones().clamp(1, 4) as usize
            }
            Err(bad) => return Some(Err(bad)),
        };
        for byte in bytes.iter_mut().take(length).skip(1) {
            match self.next() {
                Some(Ok(next)) => *byte = next,
                _ => return Some(Err(BadEscape)),
            }
        }
        let is_text = bytes.get(..length).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
        Some(if is_text { Ok(()) } else { Err(BadEscape) })
    }

    fn escape(&mut self) -> Result<u8, BadEscape> {
        let (digits, rest) = self.rest.as_slice().split_first_chunk::<2>().ok_or(BadEscape)?;
        self.rest = rest.iter();
        let [high, low] = digits.map(hex_digit);
        Ok(high.ok_or(BadEscape)? << 4 | low.ok_or(BadEscape)?)
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<u8, BadEscape>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match *self.rest.next()? {
            b'%' => Some(self.escape()),
            b'+' if self.plus_is_blank => Some(Ok(b' ')),
            byte => Some(Ok(byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plus_is_a_blank_and_a_bad_escape_keeps_the_text() {
        assert_eq!(Coding::PercentPlus.decode("a+b%20c%2B%2f"), "a b c+/");
        assert_eq!(Coding::Percent.decode("a+b%20c%2B%2f"), "a+b c+/");
        assert_eq!(Coding::Plain.decode("a+b%20c"), "a+b%20c");
        for bad in ["100%", "%4", "%zz", "a+%", "%ff"] {
            assert_eq!(Coding::PercentPlus.decode(bad), bad);
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text: String) {
            let mut encoded = String::new();
            encode_into(&text, &mut encoded);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            prop_assert_eq!(Coding::PercentPlus.decode(&encoded), text.as_str());
            prop_assert_eq!(Coding::Percent.decode(&encoded), text.as_str());
        }

        #[test]
        fn decoding_in_parts_is_decoding_the_whole(text in "[%0-9A-F+ é,]{0,20}") {
            for coding in [Coding::Plain, Coding::Percent, Coding::PercentPlus] {
                let coding = coding.of_whole(&text);
                let parts: Vec<_> = coding.split(&text, b',').map(|part| coding.decode(part)).collect();
                let whole = coding.decode(&text);
                prop_assert_eq!(parts, whole.split(',').collect::<Vec<_>>());
            }
        }

        #[test]
        fn the_whole_is_kept_if_a_part_is_bad(text in "(%C3|%A9|%E2|%98|%83|%41|%|a|é|,){0,6}") {
            let is_kept = Coding::Percent.of_whole(&text) == Coding::Plain;
            let decoded = Coding::Percent.decode(&text);
            prop_assert_eq!(is_kept, text.contains('%') && decoded == text.as_str(), "{}", decoded);
        }

        #[test]
        fn the_length_is_a_lower_bound(text in "[%0-9a-f+ é]{0,20}") {
            for coding in [Coding::Plain, Coding::Percent, Coding::PercentPlus] {
                prop_assert!(coding.decoded_len(&text) <= coding.decode(&text).len());
            }
        }
    }
}
