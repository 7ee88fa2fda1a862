//! A cursor over untrusted bytes that checks each length before anybody allocates for it.

use crate::error::{DecodeError, Found};

/// What is left of the input, and which field is being read.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    field: &'static str,
}

// === impl Reader ===

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], field: &'static str) -> Self {
        Self { rest: bytes, field }
    }

    /// Names the field that is read from here on, for errors.
    pub(crate) fn enter(&mut self, field: &'static str) {
        self.field = field;
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn byte(&mut self, expected: &'static str) -> Result<u8, DecodeError> {
        let [byte] = self.array(expected)?;
        Ok(byte)
    }

    pub(crate) fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], DecodeError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(|| self.error(expected, Found::End))?;
        self.rest = rest;
        Ok(*array)
    }

    /// The next `claimed` bytes.
    pub(crate) fn take(&mut self, claimed: u64) -> Result<&'a [u8], DecodeError> {
        let count = self.count(claimed, 1)?;
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        Ok(taken)
    }

    /// A claimed number of elements, if that many fit in what is left.
    pub(crate) fn count(&self, claimed: u64, min_bytes_each: u64) -> Result<usize, DecodeError> {
        let left = self.left();
        match usize::try_from(claimed) {
            Ok(count) if claimed.saturating_mul(min_bytes_each) <= left as u64 => Ok(count),
            _ => Err(self.error("a length within the input", Found::Length { claimed, left })),
        }
    }

    /// An error at the field that is being read.
    pub(crate) fn error(&self, expected: &'static str, found: Found) -> DecodeError {
        DecodeError::new(expected, self.field, found)
    }
}
