//! Jaeger's debug flag, from the headers of a request to the finished span.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

use std::collections::HashMap;

use jaeger_exporter::{FLAGS_ATTRIBUTE, FlagsProcessor, flags_of};
use jaeger_propagation::{JaegerState, Propagator};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData};

fn context(header: &str, value: &str) -> Context {
    let headers = HashMap::from([(header.to_owned(), value.to_owned())]);
    Propagator::new().extract_with_context(&Context::new(), &headers)
}

fn started_in(parent: &Context) -> Span {
    let provider = SdkTracerProvider::builder().with_span_processor(FlagsProcessor).build();
    provider.tracer("test").start_with_context("span", parent)
}

fn flags_in(parent: &Context) -> (u8, Option<SpanData>) {
    let data = started_in(parent).exported_data();
    (data.as_ref().map_or(0, |data| flags_of(data).bits()), data)
}

#[test]
fn the_flags_of_the_caller_are_those_of_the_span() {
    for (header, flags) in [("1", 1), ("3", 3), ("9", 9), ("b", 11)] {
        assert_eq!(flags_in(&context("uber-trace-id", &format!("7b:1c8:0:{header}"))).0, flags);
    }
}

#[test]
fn a_debug_id_makes_its_root_and_the_children_debug_spans() {
    let request = context("jaeger-debug-id", "why-is-it-slow");
    let root = started_in(&request);
    assert_eq!(flags_of(&root.exported_data().unwrap()).bits(), 3);
    let bound = JaegerState::bind(request.with_span(root));
    assert_eq!(flags_in(&bound).0, 3);
}

#[test]
fn spans_without_such_flags_are_not_touched() {
    let (flags, data) = flags_in(&context("uber-trace-id", "7b:1c8:0:1"));
    assert_eq!(flags, 1);
    assert!(data.unwrap().attributes.iter().all(|attribute| attribute.key.as_str() != FLAGS_ATTRIBUTE));
}
