//! The body of a request, whole and bounded.

use std::io::Read;

use axum::{
    body::{Bytes, HttpBody},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// Jaeger's own bound, where it has one; also of what a compressed body unfolds to.
pub(crate) const MAX_BODY_BYTES: usize = 20 * 1024 * 1024;

/// Whether a port reads compressed bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// `gzip`, and `deflate` or `zlib`.
    Allowed,
    /// The header is not looked at.
    Ignored,
}

/// The media type of a request, in lower case and without its parameters; the error is in the words of Go's `mime`.
pub(crate) fn media_type(headers: &HeaderMap) -> Result<String, &'static str> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    if media_type.is_empty() {
        return Err("mime: no media type");
    }
    let is_parameter = |part: &str| part.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    if !parts.all(|part| part.is_empty() || is_parameter(part)) {
        return Err("mime: invalid media parameter");
    }
    Ok(media_type)
}

/// The body, unfolded if it is compressed.
pub(crate) async fn read_body(
    request: Request,
    compression: Compression,
) -> Result<Bytes, (StatusCode, String)> {
    // A length that is announced need not be read to be refused.
    if request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(too_large());
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => (status, rejection.body_text()),
    })?;
    let encoding = encoding.filter(|_| compression == Compression::Allowed);
    match encoding.as_ref().map_or(&b""[..], |encoding| encoding.as_bytes()) {
        b"gzip" => unfold(MultiGzDecoder::new(&body[..])),
        b"deflate" | b"zlib" => unfold(ZlibDecoder::new(&body[..])),
        _ => Ok(body),
    }
}

fn unfold(compressed: impl Read) -> Result<Bytes, (StatusCode, String)> {
    let mut body = Vec::new();
    let read = compressed.take(MAX_BODY_BYTES as u64 + 1).read_to_end(&mut body);
    match read {
        Err(error) => Err((StatusCode::BAD_REQUEST, format!("cannot be decompressed: {error}"))),
        Ok(length) if length > MAX_BODY_BYTES => Err(too_large()),
        Ok(_) => Ok(body.into()),
    }
}

fn too_large() -> (StatusCode, String) {
    (StatusCode::PAYLOAD_TOO_LARGE, format!("larger than {MAX_BODY_BYTES} bytes"))
}
