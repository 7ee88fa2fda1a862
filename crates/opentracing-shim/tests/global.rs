//! The tracer of a whole program, which this program is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use opentracing_shim::{
    AlreadyRegistered, global_tracer, is_global_tracer_registered, mock::MockTracer, set_global_tracer,
};

#[test]
fn the_global_tracer_is_registered_once() {
    assert!(!is_global_tracer_registered());
    assert!(!global_tracer().start_span("before").context().is_valid());
    let (first, second) = (MockTracer::new(), MockTracer::new());
    set_global_tracer(first.tracer().clone()).unwrap();
    assert!(is_global_tracer_registered());
    assert_eq!(set_global_tracer(second.tracer().clone()), Err(AlreadyRegistered));
    global_tracer().start_span("after").finish();
    assert_eq!(first.finished_spans()[0].operation_name, "after");
    assert!(second.finished_spans().is_empty());
}
