//! Carriers: what a context is read from and written to.

#[cfg(feature = "http")]
mod http;
mod text_map;
#[cfg(feature = "tonic")]
mod tonic;

#[cfg(feature = "http")]
pub use http::GrpcHeaders;

/// How a carrier spells names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CarrierFormat {
    /// HTTP headers: values are percent-encoded, names are HTTP tokens.
    HttpHeaders,
    /// gRPC metadata: as HTTP headers, but names are only `0-9a-z-_.` and a `-bin` name would mean bytes. One
    /// name outside that fails the whole call.
    GrpcMetadata,
    /// A map of text: names and values as they are.
    TextMap,
}

/// Something to extract from: an `http::HeaderMap`, a gRPC `MetadataMap`, a map of text.
pub trait ExtractCarrier {
    /// How names and values are spelt here.
    fn format(&self) -> CarrierFormat;

    /// Calls `visit` with the name and the value of each header, of duplicated ones too.
    fn for_each<'c>(&'c self, visit: impl FnMut(&'c str, &'c [u8]));
}

/// Something to inject into.
pub trait InjectCarrier {
    /// How names and values are spelt here.
    fn format(&self) -> CarrierFormat;

    /// Removes each header whose name matches.
    fn remove_if(&mut self, matches: impl Fn(&str) -> bool);

    /// Sets a header. The name is one that
    /// [`CarrierFormat::accepts_name`] accepts, the value is ASCII unless the carrier is a map of text.
    fn set(&mut self, name: &str, value: &str) -> Written;
}

/// What became of a header that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there. Also the answer of a carrier that does not know whether there was one before.
    New,
    /// It is there in place of another one of that name.
    Replaced,
    /// It is not there: the carrier is full, or the name is too long for it.
    Refused,
}

/// Which bytes may be in a token (RFC 9110, section 5.6.2).
#[expect(clippy::indexing_slicing, reason = "in a constant it would not compile")]
const IS_TOKEN: [bool; 256] = {
    let mut is_token = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        let is_mark =
            matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        is_token[byte as usize] = is_mark || byte.is_ascii_alphanumeric();
        byte += 1;
    }
    is_token
};

// === impl CarrierFormat ===

impl CarrierFormat {
    /// Whether values are percent-encoded.
    pub const fn is_url_encoded(self) -> bool {
        matches!(self, Self::HttpHeaders | Self::GrpcMetadata)
    }

    /// Whether a header of this (lower-case) name can be sent.
    ///
    /// ```
    /// use jaeger_propagation::CarrierFormat;
    ///
    /// assert!(CarrierFormat::HttpHeaders.accepts_name("uberctx-a+b"));
    /// assert!(!CarrierFormat::GrpcMetadata.accepts_name("uberctx-a+b"));
    /// assert!(!CarrierFormat::GrpcMetadata.accepts_name("uberctx-key-bin"));
    /// ```
    pub fn accepts_name(self, name: &str) -> bool {
        match self {
            Self::HttpHeaders => !name.is_empty() && name.bytes().all(is_token),
            // gRPC over HTTP/2: Header-Name.
            Self::GrpcMetadata => {
                !name.is_empty()
                    && !name.ends_with("-bin")
                    && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'_' | b'.'))
            }
            Self::TextMap => true,
        }
    }
}

#[inline]
fn is_token(byte: u8) -> bool {
    IS_TOKEN.get(usize::from(byte)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_specification() {
        for byte in 0..=u8::MAX {
            let name = char::from(byte).to_string();
            let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(CarrierFormat::HttpHeaders.accepts_name(&name), is_token, "{name:?}");
        }
        assert!(!CarrierFormat::HttpHeaders.accepts_name(""));
    }
}
