mod references;
mod values;

use std::time::{Duration, SystemTime};

use jaeger_thrift::{
    Batch, BatchHead, Binary, Compact, Log, Process, Protocol, RefType, Span, SpanBuffer, SpanRef, Tag,
    TagValue, encode_process, write_batch,
};
use opentelemetry::{
    Array, InstrumentationScope, KeyValue, Value,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::*;

const TRACE: u128 = 0xfeed_face_dead_beef_0123_4567_89ab_cdef;

fn context(trace: u128, span: u64) -> SpanContext {
    SpanContext::new(TraceId::from(trace), SpanId::from(span), TraceFlags::SAMPLED, false, TraceState::NONE)
}

fn at(micros: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

/// A span of which nothing is set that would become a tag, a log or a reference.
fn bare() -> SpanData {
    SpanData {
        span_context: context(TRACE, 7),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "GET /dispatch".into(),
        start_time: at(1_000_000),
        end_time: at(1_000_250),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn decoded_as<P: Protocol>(span: &SpanData) -> Span {
    let (mut buffer, mut spans, mut batch) = (SpanBuffer::<P>::new(), Vec::new(), Vec::new());
    encode_span(span, &mut buffer, &mut spans);
    let process = encode_process::<P>(&Process::default());
    write_batch::<P>(&BatchHead { process: &process, seq_no: None, stats: None }, &spans, 1, &mut batch);
    Batch::decode::<P>(&batch).unwrap().spans.pop().unwrap()
}

/// The span as a receiver reads it, the same in both protocols.
#[track_caller]
fn converted(span: &SpanData) -> Span {
    let binary = decoded_as::<Binary>(span);
    assert_eq!(binary, decoded_as::<Compact>(span));
    binary
}

fn converted_with(change: impl FnOnce(&mut SpanData)) -> Span {
    let mut span = bare();
    change(&mut span);
    converted(&span)
}

fn string(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: TagValue::String(value.into()) }
}

fn tag(key: &str, value: TagValue) -> Tag {
    Tag { key: key.into(), value }
}

#[track_caller]
fn tags(change: impl FnOnce(&mut SpanData), expected: &[Tag]) {
    assert_eq!(converted_with(change).tags, expected);
}

#[test]
fn a_bare_span_has_ids_a_name_and_times_only() {
    let expected = Span {
        trace_id_low: 0x0123_4567_89ab_cdef,
        trace_id_high: 0xfeed_face_dead_beef_u64 as i64,
        span_id: 7,
        operation_name: "GET /dispatch".into(),
        flags: 1,
        start_time: 1_000_000,
        duration: 250,
        ..Span::default()
    };
    assert_eq!(converted(&bare()), expected);
}

#[test]
fn times_saturate_and_durations_are_never_negative() {
    let times = |start, end| {
        let span = converted_with(|span| (span.start_time, span.end_time) = (start, end));
        (span.start_time, span.duration)
    };
    assert_eq!(times(at(5), at(3)), (5, 0));
    assert_eq!(times(SystemTime::UNIX_EPOCH - Duration::from_secs(1), at(3)), (0, 1_000_003));
}

#[test]
fn the_kind_is_a_tag_unless_internal_or_set_by_the_program() {
    for (kind, name) in [
        (SpanKind::Client, "client"),
        (SpanKind::Server, "server"),
        (SpanKind::Producer, "producer"),
        (SpanKind::Consumer, "consumer"),
    ] {
        tags(|span| span.span_kind = kind, &[string("span.kind", name)]);
    }
    tags(
        |span| {
            span.span_kind = SpanKind::Server;
            span.attributes.push(KeyValue::new("span.kind", "worker"));
        },
        &[string("span.kind", "worker")],
    );
}

#[test]
fn the_status_becomes_three_tags_at_most() {
    let error = tag("error", TagValue::Bool(true));
    let code = string("otel.status_code", "ERROR");
    tags(|span| span.status = Status::Ok, &[string("otel.status_code", "OK")]);
    tags(|span| span.status = Status::error(""), &[error.clone(), code.clone()]);
    tags(
        |span| span.status = Status::error("redis timeout"),
        &[error, code.clone(), string("otel.status_description", "redis timeout")],
    );
    tags(
        |span| {
            span.status = Status::error("d");
            span.attributes.push(KeyValue::new("error", "mine"));
            span.attributes.push(KeyValue::new("otel.status_description", "mine too"));
        },
        &[string("error", "mine"), string("otel.status_description", "mine too"), code],
    );
}

#[test]
fn scope_dropped_counts_and_trace_state_are_tags() {
    tags(
        |span| {
            span.instrumentation_scope = InstrumentationScope::builder("tower").with_version("1.2").build();
            span.dropped_attributes_count = 1;
            span.events.dropped_count = 2;
            span.links.dropped_count = 3;
            let state = TraceState::from_key_value([("a", "1"), ("b", "2")]).unwrap();
            let (trace, id) = (span.span_context.trace_id(), span.span_context.span_id());
            span.span_context = SpanContext::new(trace, id, TraceFlags::SAMPLED, false, state);
        },
        &[
            string("otel.scope.name", "tower"),
            string("otel.scope.version", "1.2"),
            tag("otel.dropped_attributes_count", TagValue::Long(1)),
            tag("otel.dropped_events_count", TagValue::Long(2)),
            tag("otel.dropped_links_count", TagValue::Long(3)),
            string("w3c.tracestate", "a=1,b=2"),
        ],
    );
}

#[test]
fn events_are_logs_named_by_their_event_field() {
    let span = converted_with(|span| {
        let fields = vec![KeyValue::new("size", 3), KeyValue::new("hit", false)];
        span.events.events.push(Event::new("cache", at(10), fields, 4));
        span.events.events.push(Event::new("log", at(20), vec![KeyValue::new("event", "mine")], 0));
        span.events.events.push(Event::new("alone", at(30), vec![], 0));
    });
    let fields = vec![
        string("event", "cache"),
        tag("size", TagValue::Long(3)),
        tag("hit", TagValue::Bool(false)),
        tag("otel.dropped_attributes_count", TagValue::Long(4)),
    ];
    let expected = [
        Log { timestamp: 10, fields },
        Log { timestamp: 20, fields: vec![string("event", "mine")] },
        Log { timestamp: 30, fields: vec![string("event", "alone")] },
    ];
    assert_eq!(span.logs, expected);
}

#[test]
fn the_reserved_attribute_becomes_flags_and_no_tag() {
    let flags = |bits: i64| {
        let span = converted_with(|span| span.attributes.push(KeyValue::new(FLAGS_ATTRIBUTE, bits)));
        assert_eq!(span.tags, []);
        span.flags
    };
    assert_eq!(flags(2), 3);
    assert_eq!(flags(3), 3);
    assert_eq!(flags(8), 9);
    assert_eq!(flags(0xff_ff04), 1, "bits that are not Jaeger's are left out");
    let text = converted_with(|span| span.attributes.push(KeyValue::new(FLAGS_ATTRIBUTE, "2")));
    assert_eq!((text.flags, text.tags), (1, vec![]));
}
