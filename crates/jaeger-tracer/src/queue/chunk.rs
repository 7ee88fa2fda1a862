//! Encoded spans on their way to the worker.

use std::mem;

/// Encoded spans, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    pub(crate) spans: usize,
}

/// Room for the span with which a chunk goes over its limit, and is full; most spans are smaller.
const LAST_SPAN_BYTES: usize = 4 * 1024;

// === impl Chunk ===

impl Chunk {
    /// An empty one with the memory for a whole chunk: a buffer that grows by itself ends at twice its bytes.
    #[inline]
    pub(super) fn reserve(&mut self, limit: usize) {
        reserve(&mut self.bytes, limit);
    }

    /// The memory of a chunk with usual spans.
    pub(super) const fn most_bytes(limit: usize) -> usize {
        limit.saturating_add(2 * LAST_SPAN_BYTES)
    }

    /// Takes all but the last span, which begins at `start`, and goes on with that one in `next`.
    pub(super) fn split_last(&mut self, start: usize, mut next: Vec<u8>, limit: usize) -> Self {
        reserve(&mut next, limit);
        next.extend_from_slice(self.bytes.get(start..).unwrap_or_default());
        let mut bytes = mem::replace(&mut self.bytes, next);
        bytes.truncate(start);
        if bytes.capacity() > Self::most_bytes(limit) {
            // A large span has made it grow.
            bytes.shrink_to_fit();
        }
        Self { bytes, spans: mem::replace(&mut self.spans, 1) - 1 }
    }
}

#[inline]
fn reserve(bytes: &mut Vec<u8>, limit: usize) {
    if bytes.capacity() == 0 {
        bytes.reserve_exact(limit.saturating_add(LAST_SPAN_BYTES));
    }
}
