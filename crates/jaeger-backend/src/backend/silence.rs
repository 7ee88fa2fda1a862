//! A connection that ends when nothing moves on it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// How long neither side need take or send a byte: a client that reads no further, or says nothing, holds its answer and its place so
/// long.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// A stream that fails after [`MAX_SILENCE`].
pub(super) struct Silence {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    /// When the last byte moved.
    moved: Instant,
}

// === impl Silence ===

impl Silence {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, end: Box::pin(sleep(MAX_SILENCE)), moved: Instant::now() }
    }

    /// What the stream answered, or an error when it has been silent for too long.
    fn watch<T>(&mut self, cx: &mut Context<'_>, answer: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if answer.is_ready() {
            self.moved = Instant::now();
            return answer;
        }
        // The timer is set again when it fires, not at each byte.
        ready!(self.end.as_mut().poll(cx));
        let end = self.moved + MAX_SILENCE;
        if end <= Instant::now() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.end.as_mut().reset(end);
        ready!(self.end.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Silence {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let answer = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.watch(cx, answer)
    }
}

impl AsyncWrite for Silence {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let answer = Pin::new(&mut self.stream).poll_write(cx, data);
        self.watch(cx, answer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let answer = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watch(cx, answer)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::{advance, pause},
    };

    use super::*;

    async fn pair() -> (TcpStream, Silence) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (client, server) = (TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let (client, server) = tokio::join!(client, server);
        (client.unwrap(), Silence::new(server.unwrap().0))
    }

    #[tokio::test]
    async fn a_byte_starts_the_time_again() {
        let (mut client, mut stream) = pair().await;
        pause();
        for _ in 0..3 {
            client.write_all(b"a").await.unwrap();
            advance(MAX_SILENCE - Duration::from_secs(1)).await;
            stream.read_u8().await.unwrap();
        }
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_ends_the_answer() {
        let (_client, mut stream) = pair().await;
        pause();
        let error = stream.write_all(&vec![0; 64 << 20]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
