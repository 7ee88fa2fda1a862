//! The tracers of the entries, each with a destination that counts what comes.

pub(crate) mod collector;
mod fastrace;
mod native;
mod quick_start;
mod sdk;

use serde::{Deserialize, Serialize};

use crate::operation::Result;

pub(crate) use self::{fastrace::Fastrace, native::Native, quick_start::QuickStart, sdk::Sdk};

/// Where the spans of an entry go.
pub(crate) trait Exports {
    /// Waits until all have come.
    fn settle(&self);

    /// How many have come.
    fn exported(&self) -> u64;

    /// The latest one; asked for once, behind the first.
    fn last(&self) -> Result<Seen>;

    /// Whether a lost span is a fault: of ours.
    fn is_lossless(&self) -> bool {
        false
    }
}

/// A span that has come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) trace_id: u128,
    pub(crate) parent_id: u64,
    /// As they are in Jaeger.
    pub(crate) tags: usize,
}

/// There is none.
const NO_SPAN: &str = "expected a span, found none";

// === impl Seen ===

impl From<&jaeger_thrift::Span> for Seen {
    fn from(span: &jaeger_thrift::Span) -> Self {
        let [high, low] =
            [span.trace_id_high, span.trace_id_low].map(|half| u128::from(half.cast_unsigned()));
        Self {
            trace_id: high << 64 | low,
            parent_id: span.parent_span_id.cast_unsigned(),
            tags: span.tags.len(),
        }
    }
}
