//! A message of the queue, on its way through a connection.
//!
//! ```text
//! message = length context length booking   ; lengths are of 4 bytes, big-endian
//! context = what Jaeger's binary carrier holds: the span that sent it, and its baggage
//! booking = JSON
//! answer  = %x06                            ; the queue has it
//! ```

use std::io;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What the queue answers.
pub(crate) const ACCEPTED: u8 = 0x06;

/// Longer than anything that the demo sends.
const MAX_BYTES: u32 = 64 * 1024;

/// A booking, and what it is caused by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) context: Vec<u8>,
    pub(crate) booking: Booking,
}

/// A ride that somebody is to be told of.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Booking {
    pub(crate) customer: String,
    pub(crate) driver: String,
    pub(crate) eta_minutes: i64,
}

// === impl Message ===

impl Message {
    pub(crate) async fn write(&self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let booking = serde_json::to_vec(&self.booking)?;
        let mut bytes = Vec::new();
        for part in [&self.context, &booking] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            bytes.extend(length.to_be_bytes());
            bytes.extend(part);
        }
        to.write_all(&bytes).await
    }

    /// An error at the end of the connection, too.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let context = read_part(from).await?;
        let booking = serde_json::from_slice(&read_part(from).await?)?;
        Ok(Self { context, booking })
    }
}

async fn read_part(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    if length > MAX_BYTES {
        let reason = format!("expected a message of at most {MAX_BYTES} bytes, found {length}");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let mut part = vec![0; length as usize];
    from.read_exact(&mut part).await?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read() {
        let booking = Booking { customer: "Rachel's".to_owned(), driver: "T7".to_owned(), eta_minutes: 3 };
        let message = Message { context: vec![0, 1, 255], booking };
        let mut bytes = Vec::new();
        message.write(&mut bytes).await.unwrap();
        assert_eq!(Message::read(&mut bytes.as_slice()).await.unwrap(), message);
        for length in 0..bytes.len() {
            assert!(Message::read(&mut &bytes[..length]).await.is_err(), "{length} bytes of it");
        }
    }

    #[tokio::test]
    async fn a_length_is_not_believed() {
        let error = Message::read(&mut [0xff; 8].as_slice()).await.unwrap_err().to_string();
        assert_eq!(error, "expected a message of at most 65536 bytes, found 4294967295");
    }
}
