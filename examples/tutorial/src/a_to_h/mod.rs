//! The trace by which the OpenTracing specification explains what a trace is: eight spans, A to H.

mod causes;
mod times;

use std::time::{Duration, SystemTime};

use jaeger_client::CloseReport;
use opentracing_shim::{Span, SpanBuilder, Tracer, field};

use crate::{
    BoxError,
    stored::StoredTrace,
    tracing::{CLOSE_DEADLINE, Reporting, init},
};

pub(crate) fn main(reporting: &Reporting) -> Result<CloseReport, BoxError> {
    let (tracer, closer) = init("a-to-h", reporting)?;
    trace(&tracer);
    Ok(closer.close(CLOSE_DEADLINE))
}

/// Both diagrams of the specification, from what Jaeger has stored.
pub(crate) fn draw(trace: &StoredTrace) -> String {
    format!("{}\n{}", causes::draw(trace), times::draw(trace))
}

/// The times are told, and so the same in each run: one millisecond is a column of the diagram.
fn trace(tracer: &Tracer) {
    let now = SystemTime::now();
    let at = |column| now + Duration::from_millis(column);
    let start = |span: SpanBuilder, column| span.start_time(at(column)).start();
    let finish = |span: &Span, column| span.finish_with_time(at(column));

    let a = start(tracer.build_span("A"), 0);
    let b = start(tracer.build_span("B").child_of(&a.context()), 2);
    let d = start(tracer.build_span("D").child_of(&b.context()), 5);
    let c = start(tracer.build_span("C").child_of(&a.context()), 3);
    let e = start(tracer.build_span("E").child_of(&c.context()), 8);
    let fields = [field("event", "soft error"), field("type", "cache timeout"), field("waited.millis", 1500)];
    e.log_at(at(12), fields);
    finish(&e, 23);
    let f = start(tracer.build_span("F").child_of(&c.context()), 31);
    finish(&f, 41);
    // F has finished: it does not wait for what it has caused.
    let g = start(tracer.build_span("G").follows_from(&f.context()), 42);
    finish(&g, 52);
    let h = start(tracer.build_span("H").follows_from(&g.context()), 53);
    finish(&c, 51);
    finish(&d, 55);
    finish(&b, 57);
    finish(&a, 60);
    finish(&h, 63);
}
