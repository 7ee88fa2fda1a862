//! The text of a trace header, on the stack.

use crate::{TraceId, id::print_16_hex};

/// The header value of a span context: ASCII, made without allocation.
#[derive(Clone, Copy, Debug)]
pub struct HeaderText {
    bytes: [u8; Self::CAPACITY],
    len: usize,
}

// === impl HeaderText ===

impl HeaderText {
    /// That of `uber-trace-id`, the longest: 32 + 16 + 16 + 2 digits and three colons.
    const CAPACITY: usize = 69;

    /// The header value.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The header value's bytes, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], len: 0 }
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// The last `digits` digits, up to 16, in lower case.
    #[inline]
    pub(crate) fn push_hex(&mut self, value: u64, digits: usize) {
        let end = self.len + digits;
        if let Some(place) = self.bytes.get_mut(self.len..end)
            && let Some(digits) = print_16_hex(value).get(16 - digits.min(16)..)
        {
            place.copy_from_slice(digits);
            self.len = end;
        }
    }

    /// 16 digits where that is all of the id, else 32, as Jaeger's clients print it and B3 allows.
    #[inline]
    pub(crate) fn push_trace_id(&mut self, id: TraceId) {
        if id.high() != 0 {
            self.push_hex(id.high(), 16);
        }
        self.push_hex(id.low(), 16);
    }
}
