//! B3's headers in a request, in the form with several.

use super::Once;
use crate::{ExtractError, Format, b3, header_names::B3Header};

#[derive(Default)]
pub(super) struct B3Headers<'c> {
    trace_id: Once<'c>,
    span_id: Once<'c>,
    parent_id: Once<'c>,
    sampled: Once<'c>,
    flags: Once<'c>,
}

// === impl B3Headers ===

impl<'c> B3Headers<'c> {
    pub(super) fn field(&mut self, header: B3Header) -> &mut Once<'c> {
        match header {
            B3Header::TraceId => &mut self.trace_id,
            B3Header::SpanId => &mut self.span_id,
            B3Header::ParentSpanId => &mut self.parent_id,
            B3Header::Sampled => &mut self.sampled,
            B3Header::Flags => &mut self.flags,
        }
    }

    pub(super) fn fields(&self) -> Result<b3::Fields<'c>, ExtractError> {
        Ok(b3::Fields {
            trace_id: self.trace_id.one(Format::B3Multi)?,
            span_id: self.span_id.one(Format::B3Multi)?,
            // It is ignored where it is bad, and so it is where it is several.
            parent_id: self.parent_id.one(Format::B3Multi).ok().flatten(),
            sampled: self.sampled.one(Format::B3Multi)?,
            flags: self.flags.one(Format::B3Multi)?,
        })
    }
}
