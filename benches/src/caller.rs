//! Who sends the requests, and what has to come of it.

use crate::operation::Expected;

/// A header of a request.
pub(crate) type Header = (&'static str, &'static str);

/// The trace headers of a request, for those who read Jaeger's and for those who read W3C's, and whether the program samples
/// what has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) jaeger: Option<Header>,
    pub(crate) w3c: Option<Header>,
    pub(crate) samples_roots: bool,
    is_sampled: bool,
}

const TRACE_ID: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const SPAN_ID: u64 = 0x00f0_67aa_0ba9_02b7;

pub(crate) const SAMPLED: Caller = Caller {
    jaeger: Some(("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1")),
    w3c: Some(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
    samples_roots: true,
    is_sampled: true,
};

pub(crate) const UNSAMPLED: Caller = Caller {
    jaeger: Some(("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:0")),
    w3c: Some(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")),
    samples_roots: true,
    is_sampled: false,
};

/// No trace, in a program that samples none.
pub(crate) const UNSAMPLED_ROOT: Caller =
    Caller { jaeger: None, w3c: None, samples_roots: false, is_sampled: false };

/// No trace, in a program that samples all.
pub(crate) const SAMPLED_ROOT: Caller =
    Caller { jaeger: None, w3c: None, samples_roots: true, is_sampled: true };

// === impl Caller ===

impl Caller {
    /// A span for each request, if it is sampled: the caller's child, or a root.
    pub(crate) fn expected(self) -> Expected {
        if !self.is_sampled {
            return Expected::NOTHING;
        }
        let is_child = self.jaeger.is_some();
        Expected {
            spans: 1,
            parent_id: if is_child { SPAN_ID } else { 0 },
            trace_id: is_child.then_some(TRACE_ID),
            tags: 0,
        }
    }
}
