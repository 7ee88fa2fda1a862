//! Base64 of RFC 4648 section 4 with padding, for binary tags.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes the bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(digits).collect()
}

/// The four digits of one to three bytes.
fn digits(chunk: &[u8]) -> [char; 4] {
    let byte = |index: usize| chunk.get(index).copied().map_or(0, u32::from);
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    std::array::from_fn(|position| {
        let sextet = bits >> (18 - 6 * position) & 0x3f;
        let digit = usize::try_from(sextet).ok().and_then(|sextet| ALPHABET.get(sextet));
        if position > chunk.len() { '=' } else { digit.copied().map_or('=', char::from) }
    })
}

#[cfg(test)]
mod tests {
    use super::encode;

    /// The vectors of RFC 4648 section 10.
    #[test]
    fn encodes_the_vectors_of_the_rfc() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in vectors {
            assert_eq!(encode(plain.as_bytes()), encoded);
        }
        assert_eq!(encode(&[1, 2, 255]), "AQL/");
    }
}
