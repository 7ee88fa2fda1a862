//! The tracer of a whole program, which this program is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashMap;

use jaeger_propagation::{BaggageRestrictions, Format, Propagator};
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentracing_shim::{
    AlreadyRegistered, TextMap, Tracer, global_tracer, is_global_tracer_registered, mock::MockTracer,
    set_global_tracer,
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

/// What the program has said counts for its tracers too; the mock tracer has propagators of its own.
#[test]
fn propagators_and_restrictions_are_those_of_the_program() {
    let provider = SdkTracerProvider::builder().build();
    let tracer = Tracer::new(&provider);
    let span = tracer.start_span("span");
    let written = || {
        let mut headers = HashMap::new();
        tracer.inject(&span.context(), TextMap, &mut headers);
        let mut keys: Vec<_> = headers.into_keys().collect();
        keys.sort();
        keys
    };
    assert_eq!(written(), ["uber-trace-id"]);
    Propagator::set_global(Propagator::new().with_inject_formats([Format::W3c]));
    assert_eq!(written(), ["traceparent"]);

    BaggageRestrictions::global().allow_only([("allowed".to_owned(), 4)]);
    span.set_baggage_item("other", "value").set_baggage_item("allowed", "value");
    let items: Vec<_> = span.context().baggage_items().collect();
    assert_eq!(items, [("allowed".to_owned(), "valu".to_owned())]);
}
