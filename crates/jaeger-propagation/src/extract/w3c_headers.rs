//! W3C's headers in a request.

use super::{Once, Pass};
use crate::{Baggage, percent::Coding, w3c};

#[derive(Default)]
pub(super) struct W3cHeaders<'c> {
    pub(super) trace_parent: Once<'c>,
    pub(super) trace_state: w3c::TraceStateText<'c>,
    pub(super) baggage: Baggage,
}

// === impl W3cHeaders ===

impl W3cHeaders<'_> {
    /// `baggage: key1=value1;property, key2=value2`.
    pub(super) fn members(&mut self, pass: Pass<'_>, value: &[u8]) {
        for member in w3c::members(value) {
            match member {
                Ok(member) => {
                    let value = (member.value, Coding::Percent);
                    pass.insert(&mut self.baggage, member.key.into(), value, member.properties);
                }
                Err(cause) => pass.dropped(cause),
            }
        }
    }
}
