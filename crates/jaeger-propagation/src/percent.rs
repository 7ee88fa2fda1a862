//! Percent coding as the Jaeger clients read and write it.
//!
//! Written: everything but `A-Za-z0-9-._~` as `%XX` of its UTF-8 bytes, upper case, a blank as `%20`. Of what
//! the real clients write, all four read that alike.
//! Read: `%XX` of either case; in baggage also `+` as a blank, because Go and Java write one so.

use std::borrow::Cow;

use crate::id::hex_digit;

/// A `%` without two hexadecimal digits behind it.
#[derive(Debug)]
pub(crate) struct BadEscape;

/// The decoded bytes of a text, one after the other, without a buffer.
pub(crate) struct Decoded<'a> {
    rest: std::slice::Iter<'a, u8>,
}

/// Decodes a baggage value; the text stays as it is where an escape is bad or the result is not UTF-8.
pub(crate) fn decode_lossless(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| b == b'%' || b == b'+') {
        return Cow::Borrowed(text);
    }
    let plus_as_blank = |byte| if byte == b'+' { b' ' } else { byte };
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'%' => match escape(&mut rest) {
                Ok(byte) => decoded.push(byte),
                Err(BadEscape) => return Cow::Borrowed(text),
            },
            _ => decoded.push(plus_as_blank(byte)),
        }
    }
    String::from_utf8(decoded).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The encoded text: the text itself where there is nothing to encode, else made in `buffer`.
pub(crate) fn encode<'t>(text: &'t str, buffer: &'t mut String) -> &'t str {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).map_or('0', |d| char::from(*d));
    if text.bytes().all(is_unreserved) {
        return text;
    }
    buffer.clear();
    for byte in text.bytes() {
        if is_unreserved(byte) {
            buffer.push(char::from(byte));
        } else {
            buffer.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    buffer
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn escape(rest: &mut &[u8]) -> Result<u8, BadEscape> {
    let (digits, tail) = rest.split_first_chunk::<2>().ok_or(BadEscape)?;
    *rest = tail;
    let [high, low] = digits.map(hex_digit);
    Ok(high.ok_or(BadEscape)? << 4 | low.ok_or(BadEscape)?)
}

// === impl Decoded ===

impl<'a> Decoded<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: text.iter() }
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<u8, BadEscape>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match *self.rest.next()? {
            b'%' => {
                let mut rest = self.rest.as_slice();
                let byte = escape(&mut rest);
                self.rest = rest.iter();
                Some(byte)
            }
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
        assert_eq!(decode_lossless("a+b%20c%2B%2f"), "a b c+/");
        for bad in ["100%", "%4", "%zz", "a+%", "%ff"] {
            assert_eq!(decode_lossless(bad), bad);
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text: String) {
            let mut buffer = String::new();
            let encoded = encode(&text, &mut buffer);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            prop_assert_eq!(decode_lossless(encoded), text.as_str());
        }
    }
}
