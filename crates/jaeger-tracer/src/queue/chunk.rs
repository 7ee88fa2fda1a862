//! Encoded spans on their way to the worker.

use std::mem;

/// Encoded spans, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    pub(crate) spans: usize,
}

// === impl Chunk ===

impl Chunk {
    /// Takes all but the last span, which begins at `start`, and goes on with that one in `next`.
    pub(super) fn split_last(&mut self, start: usize, mut next: Vec<u8>) -> Self {
        next.extend_from_slice(self.bytes.get(start..).unwrap_or_default());
        let mut bytes = mem::replace(&mut self.bytes, next);
        bytes.truncate(start);
        Self { bytes, spans: mem::replace(&mut self.spans, 1) - 1 }
    }
}
