//! Through OpenTelemetry's `Context` and its `TextMapPropagator`.
#![cfg(feature = "opentelemetry")]

use std::collections::HashMap;

use jaeger_propagation::{Flags, Format, JaegerState, MalformedPart, Propagator};
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceState},
};

fn text(headers: &[(&str, &str)]) -> HashMap<String, String> {
    headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn through(headers: &[(&str, &str)]) -> (Context, HashMap<String, String>) {
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&Context::new(), &text(headers));
    let mut out = HashMap::new();
    jaeger.inject_context(&context, &mut out);
    (context, out)
}

fn local_span(trace_id: u128, sampled: bool) -> SpanContext {
    let flags = if sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    SpanContext::new(trace_id.into(), 9.into(), flags, false, TraceState::NONE)
}

#[test]
fn flags_ids_and_baggage_pass_through() {
    let (context, out) = through(&[("uber-trace-id", "7b:1c8:0:b"), ("uberctx-k", "a%20b")]);
    assert_eq!(out["uber-trace-id"], "000000000000007b:00000000000001c8:0:b");
    assert_eq!(out["uberctx-k"], "a%20b");
    let flags = JaegerState::flags_of(&context, 0x7b.into()).unwrap();
    assert!(flags.is_debug() && flags.is_firehose());
    assert_eq!(context.span().span_context().trace_flags().to_u8(), 1, "nothing is smuggled into TraceFlags");
}

#[test]
fn the_flags_belong_to_one_trace() {
    let (context, _) = through(&[("uber-trace-id", "7b:1c8:0:3")]);
    let other = context.with_remote_span_context(local_span(5, true));
    assert_eq!(JaegerState::flags_of(&other, 5.into()), None);
    let mut out = HashMap::new();
    Propagator::new().inject_context(&other, &mut out);
    assert_eq!(out["uber-trace-id"], "0000000000000005:0000000000000009:0:1");
}

#[test]
fn a_debug_id_marks_the_root_and_then_only_its_trace() {
    let (context, out) = through(&[("jaeger-debug-id", "why"), ("uberctx-k", "v")]);
    assert_eq!(JaegerState::from_context(&context).unwrap().debug_id(), Some("why"));
    assert_eq!(JaegerState::flags_of(&context, 5.into()), Some(Flags::SAMPLED | Flags::DEBUG));
    assert_eq!(out, text(&[("uberctx-k", "v")]), "the debug id is not sent on");

    let root = JaegerState::bind(context.with_remote_span_context(local_span(5, true)));
    assert_eq!(JaegerState::flags_of(&root, 5.into()), Some(Flags::SAMPLED | Flags::DEBUG));
    assert_eq!(JaegerState::flags_of(&root, 6.into()), None);
    assert_eq!(JaegerState::from_context(&root).unwrap().debug_id(), None);

    let unsampled = JaegerState::bind(context.with_remote_span_context(local_span(5, false)));
    let mut out = HashMap::new();
    Propagator::new().inject_context(&unsampled, &mut out);
    assert_eq!(out["uber-trace-id"], "0000000000000005:0000000000000009:0:0");
}

#[test]
fn a_malformed_header_gives_a_root_and_never_the_ambient_span() {
    let ambient = Context::new().with_remote_span_context(local_span(5, true));
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&ambient, &text(&[("uber-trace-id", "junk")]));
    assert!(!context.span().span_context().is_valid());
    assert_eq!(jaeger.counters().malformed(Format::Jaeger, MalformedPart::Header), 1);
}

#[test]
fn baggage_that_opentelemetry_refuses_still_travels() {
    let headers: Vec<_> = (0..70).map(|i| (format!("uberctx-k{i}"), format!("v{i}"))).collect();
    let mut headers: HashMap<_, _> = headers.into_iter().collect();
    headers.insert("uber-trace-id".into(), "1:2:0:0".into());
    let jaeger = Propagator::new();
    let context = jaeger.extract_with_context(&Context::new(), &headers);
    assert_eq!(context.baggage().len(), 64);
    let mut out = HashMap::new();
    jaeger.inject_context(&context, &mut out);
    assert_eq!(out.len(), 71);
    assert_eq!(out["uberctx-k69"], "v69");
}

#[test]
fn a_change_through_opentelemetry_wins() {
    let (context, _) = through(&[("uber-trace-id", "1:2:0:1"), ("uberctx-k", "old")]);
    let context = context.with_baggage([opentelemetry::KeyValue::new("k", "new")]);
    let mut out = HashMap::new();
    Propagator::new().inject_context(&context, &mut out);
    assert_eq!(out["uberctx-k"], "new");
}

#[test]
fn fields_are_the_configured_name() {
    let mut names = jaeger_propagation::HeaderNames::default();
    let jaeger = Propagator::new();
    assert_eq!(jaeger.fields().collect::<Vec<_>>(), ["uber-trace-id"]);
    names.trace_context = "x-trace".into();
    let jaeger = jaeger.with_header_names(names).unwrap();
    assert_eq!(jaeger.fields().collect::<Vec<_>>(), ["x-trace"]);
}
