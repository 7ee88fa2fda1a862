//! A header that may stand once.

use super::Parsed;
use crate::{ExtractError, Format, MalformedPart, span_context::trim_blanks};

/// The value of a header, without blanks at its ends; identical repetitions are one.
#[derive(Clone, Copy, Default)]
pub(super) struct Once<'c> {
    value: Option<&'c [u8]>,
    conflicts: bool,
}

// === impl Once ===

impl<'c> Once<'c> {
    pub(super) fn add(&mut self, value: &'c [u8]) {
        let value = trim_blanks(value);
        self.conflicts |= self.value.is_some_and(|first| first != value);
        self.value = Some(value);
    }

    pub(super) fn one(self, format: Format) -> Result<Option<&'c [u8]>, ExtractError> {
        const EXPECTED: &str = "one header of each name, found several that differ";
        match self.conflicts {
            true => Err(ExtractError::new(format, MalformedPart::Structure, EXPECTED)),
            false => Ok(self.value),
        }
    }

    pub(super) fn parse(self, format: Format, parse: impl FnOnce(&'c [u8]) -> Parsed) -> Parsed {
        self.one(format)?.map_or(Ok(None), parse)
    }
}
