//! The body of a request, whole and bounded: one body, and all that are held at once.

use std::io::Read;

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::BodyExt;
use tokio::sync::Semaphore;

use crate::{
    room::{NoRoom, Room, Share},
    turns::in_turn,
};

/// Jaeger's own bound, where it has one; also of what a compressed body unfolds to.
const MAX_BODY_BYTES: usize = 20 * 1024 * 1024;

/// For all bodies that are held at once.
static ROOM: Room = Room::new(64);

/// Bodies that are decoded at once: what one becomes may be thirty times as large.
static DECODERS: Semaphore = Semaphore::const_new(2);

/// Whether a port reads compressed bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// `gzip`, and `deflate` or `zlib`.
    Allowed,
    /// The header is not looked at.
    Ignored,
}

/// Why a request is refused: the status, and the reason.
pub(crate) type Refusal = (StatusCode, String);

/// A body with its share of the room.
struct Held {
    bytes: Vec<u8>,
    share: Share,
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

/// Reads the body, unfolds it if it is compressed, and decodes it where that keeps nobody else waiting.
pub(crate) async fn read<T: Send + 'static>(
    request: Request,
    compression: Compression,
    decode: impl FnOnce(&[u8]) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
    let body = hold(request.into_body()).await?;
    let encoding = encoding.filter(|_| compression == Compression::Allowed);
    let work = move || {
        let body = match encoding.as_ref().map_or(&b""[..], |encoding| encoding.as_bytes()) {
            b"gzip" => unfold(MultiGzDecoder::new(&body.bytes[..]))?,
            b"deflate" | b"zlib" => unfold(ZlibDecoder::new(&body.bytes[..]))?,
            _ => body,
        };
        decode(&body.bytes)
    };
    let failed = || Err((StatusCode::INTERNAL_SERVER_ERROR, "the decoder failed".to_owned()));
    in_turn(&DECODERS, work).await.unwrap_or_else(failed)
}

async fn hold(mut body: Body) -> Result<Held, Refusal> {
    // A length that is announced need not be read to be refused.
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(too_large());
    }
    let mut held = Held { bytes: Vec::new(), share: ROOM.share() };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
        if let Ok(data) = frame.into_data() {
            held.take_room(data.len())?;
            held.bytes.extend_from_slice(&data);
        }
    }
    Ok(held)
}

fn unfold(mut compressed: impl Read) -> Result<Held, Refusal> {
    let mut held = Held { bytes: Vec::new(), share: ROOM.share() };
    let mut part = vec![0; 64 * 1024];
    loop {
        let read = compressed.read(&mut part);
        let length =
            read.map_err(|error| (StatusCode::BAD_REQUEST, format!("cannot be decompressed: {error}")))?;
        let Some(data) = part.get(..length).filter(|data| !data.is_empty()) else { return Ok(held) };
        held.take_room(data.len())?;
        held.bytes.extend_from_slice(data);
    }
}

// === impl Held ===

impl Held {
    /// Takes room for so many more bytes.
    fn take_room(&mut self, more: usize) -> Result<(), Refusal> {
        let length = self.bytes.len() + more;
        if length > MAX_BODY_BYTES {
            return Err(too_large());
        }
        self.share.grow_to(length).map_err(|NoRoom| {
            (StatusCode::SERVICE_UNAVAILABLE, "too much is being received; try again".to_owned())
        })
    }
}

fn too_large() -> Refusal {
    (StatusCode::PAYLOAD_TOO_LARGE, format!("larger than {MAX_BODY_BYTES} bytes"))
}
