//! Spans with everything that a path may lose.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jaeger_propagation::Propagator;
use opentelemetry::{
    Array, Context, InstrumentationScope, KeyValue, SpanId, StringValue, TraceId, Value,
    propagation::TextMapPropagator,
    trace::{
        Link, Span, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceState,
        TracerProvider,
    },
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

/// How many [`send`] makes.
pub(crate) const SPANS: usize = 6;

/// Of these one is too many for the SDK.
const TOO_MANY: i64 = 129;

/// Makes one trace.
pub(crate) fn send(provider: &SdkTracerProvider, trace_id: u128) {
    let scope = InstrumentationScope::builder("checkout").with_version("1.2");
    let tracer = provider.tracer_with_scope(scope.with_attributes([KeyValue::new("team", "blue")]).build());
    let in_server = server(&tracer, trace_id);
    client(&tracer, &in_server);
    follower(&tracer, &in_server);
    overfull(&tracer, &in_server);
    events(&tracer, &in_server);
    of_a_w3c_caller(&tracer, trace_id);
}

/// Of a caller that debugs. Values of each type.
fn server(tracer: &SdkTracer, trace_id: u128) -> Context {
    let headers = HashMap::from([("uber-trace-id".to_owned(), format!("{trace_id:032x}:1c8:0:3"))]);
    let caller = Propagator::new().extract_with_context(&Context::new(), &headers);
    let mut span = build("server", SpanKind::Server).start_with_context(tracer, &caller);
    let texts = vec![StringValue::from("a\"b"), "c".into()];
    span.set_attributes([
        KeyValue::new("array", Value::Array(Array::String(texts))),
        KeyValue::new("big", 9_007_199_254_740_993),
        KeyValue::new("bool", true),
        KeyValue::new("double", 1.5),
        KeyValue::new("infinite", f64::NEG_INFINITY),
        KeyValue::new("infinites", Value::Array(Array::F64(vec![1.5, f64::INFINITY]))),
        KeyValue::new("long", -7),
        KeyValue::new("no number", f64::NAN),
        KeyValue::new("text", "héllo ☃ <&>"),
        KeyValue::new("text of 300", "x".repeat(300)),
    ]);
    span.set_status(Status::Ok);
    let context = Context::new().with_remote_span_context(span.span_context().clone());
    span.end_with_timestamp(after(5000));
    context
}

/// That failed.
fn client(tracer: &SdkTracer, parent: &Context) {
    let mut span = build("client", SpanKind::Client).start_with_context(tracer, parent);
    span.set_status(Status::error("refused"));
    span.end_with_timestamp(after(300));
}

/// With links of each type, to others and to its parent.
fn follower(tracer: &SdkTracer, parent: &Context) {
    let ref_type = |name: &'static str| KeyValue::new("opentracing.ref_type", name);
    let other = |span_id| remote(0x99, span_id, TraceState::NONE);
    let mut builder = build("follower", SpanKind::Internal);
    builder.links = Some(vec![
        Link::with_context(other(0x98)),
        Link::new(other(0x97), vec![ref_type("child_of")], 0),
        Link::new(other(0x96), vec![KeyValue::new("why", "batch")], 0),
        Link::new(parent.span().span_context().clone(), vec![ref_type("follows_from")], 0),
    ]);
    builder.start_with_context(tracer, parent).end_with_timestamp(after(1));
}

/// Of which something was dropped.
fn overfull(tracer: &SdkTracer, parent: &Context) {
    let mut span = build("overfull", SpanKind::Producer).start_with_context(tracer, parent);
    for i in 0..TOO_MANY {
        span.set_attribute(KeyValue::new(format!("tag {i}"), i));
        span.add_event_with_timestamp(format!("event {i}"), after(i.unsigned_abs()), Vec::new());
    }
    span.end_with_timestamp(after(200));
}

fn events(tracer: &SdkTracer, parent: &Context) {
    let mut span = build("events", SpanKind::Internal).start_with_context(tracer, parent);
    let fields =
        vec![KeyValue::new("attempt", 2), KeyValue::new("cached", false), KeyValue::new("load", f64::NAN)];
    span.add_event_with_timestamp("retry", after(1), fields);
    span.add_event_with_timestamp("named", after(2), vec![KeyValue::new("event", "by the program")]);
    let fields = (0..TOO_MANY).map(|i| KeyValue::new(format!("field {i}"), i)).collect();
    span.add_event_with_timestamp("overfull", after(3), fields);
    span.end_with_timestamp(after(4));
}

/// With a trace state.
fn of_a_w3c_caller(tracer: &SdkTracer, trace_id: u128) {
    let state = TraceState::from_key_value([("vendor", "x")]).unwrap();
    let caller = Context::new().with_remote_span_context(remote(trace_id, 0x1c9, state));
    build("consumer", SpanKind::Consumer).start_with_context(tracer, &caller).end_with_timestamp(after(3));
}

fn build(name: &'static str, kind: SpanKind) -> SpanBuilder {
    let mut builder = SpanBuilder::from_name(name).with_start_time(after(0));
    builder.span_kind = Some(kind);
    builder
}

fn remote(trace_id: u128, span_id: u64, state: TraceState) -> SpanContext {
    SpanContext::new(TraceId::from(trace_id), SpanId::from(span_id), TraceFlags::SAMPLED, true, state)
}

fn after(micros: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001 + micros)
}
