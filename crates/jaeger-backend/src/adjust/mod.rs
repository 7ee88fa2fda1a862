//! What Jaeger's query service makes of the spans of a trace before it shows them, in its order: `querysvc/adjusters.go` of v1.62.
//!
//! Times are not moved: by default Jaeger only warns of clocks that differ, and so do we.

mod clock_skew;
mod references;
mod shared_ids;
mod span;
mod tags;

pub(crate) use self::span::AdjustedSpan;
use crate::store::Trace;

/// The spans of a trace as they were sent.
pub(crate) fn raw(trace: &Trace) -> Vec<AdjustedSpan<'_>> {
    trace.spans().iter().map(|span| AdjustedSpan::new(span)).collect()
}

/// The spans as they are shown.
pub(crate) fn adjusted(trace: &Trace) -> Vec<AdjustedSpan<'_>> {
    let mut spans = raw(trace);
    spans.iter_mut().for_each(AdjustedSpan::warn_of_negative_duration);
    shared_ids::separate(&mut spans);
    clock_skew::warn(&mut spans);
    for span in &mut spans {
        tags::adjust(span);
    }
    span::remove_repeated(&mut spans);
    for span in &mut spans {
        references::adjust(span);
    }
    spans
}

/// The spans with an id for each, and nothing else adjusted: what calls between services are counted with.
pub(crate) fn with_own_ids(trace: &Trace) -> Vec<AdjustedSpan<'_>> {
    let mut spans = raw(trace);
    shared_ids::separate(&mut spans);
    spans
}
