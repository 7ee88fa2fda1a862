//! What Jaeger's query service makes of the spans of a trace before it shows them, in its order: `querysvc/adjusters.go` of v1.62.
//!
//! Times are not moved: by default Jaeger only warns of clocks that differ, and so do we.

mod clock_skew;
mod process;
mod references;
mod shared_ids;
mod span;
mod tags;

use std::{collections::HashMap, sync::Arc};

pub(crate) use self::{process::AdjustedProcess, span::AdjustedSpan};
use crate::store::Trace;

/// The spans of a trace as they were sent.
pub(crate) fn raw(trace: &Trace) -> Vec<AdjustedSpan<'_>> {
    let mut processes = HashMap::new();
    let spans = trace.spans().iter().map(|span| {
        // A trace keeps equal processes once, so the address tells them apart.
        let process = processes
            .entry(Arc::as_ptr(&span.process))
            .or_insert_with(|| Arc::new(AdjustedProcess::new(&span.process)));
        AdjustedSpan::new(span, Arc::clone(process))
    });
    spans.collect()
}

/// The spans as they are shown.
pub(crate) fn adjusted(trace: &Trace) -> Vec<AdjustedSpan<'_>> {
    let mut spans = raw(trace);
    spans.iter_mut().for_each(AdjustedSpan::warn_of_negative_duration);
    shared_ids::separate(&mut spans);
    clock_skew::warn(&mut spans);
    tags::adjust(&mut spans);
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
