//! What Jaeger's clients can do and OpenTelemetry's API has no word for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use jaeger_exporter::BatchSender;
use jaeger_propagation::{Flags, Propagator, SpanContext};
use jaeger_thrift::{Log, Span, TagValue};
use jaeger_tracer::{
    Decision, JaegerTracer, JaegerTracerProvider, JaegerTracerProviderBuilder, Sampler, SamplerParam,
    SpanStart,
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanId, SpanKind, TraceContextExt, TraceId, Tracer, TracerProvider},
};
use support::{Agent, tag};

#[derive(Debug)]
struct Const(bool);

impl Sampler for Const {
    fn sample(&self, _: TraceId, _: &str) -> Decision {
        Decision::new(self.0, "const", SamplerParam::Bool(self.0))
    }
}

/// What an agent receives of a program.
fn spans(
    settings: impl FnOnce(JaegerTracerProviderBuilder) -> JaegerTracerProviderBuilder,
    program: impl FnOnce(&JaegerTracer),
) -> Vec<Span> {
    let agent = Agent::start();
    let builder = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap());
    let provider = settings(builder).build();
    program(&provider.tracer("test"));
    provider.shutdown(Duration::from_secs(5)).unwrap();
    agent.spans()
}

fn names_and_flags(spans: &[Span]) -> Vec<(&str, i32)> {
    spans.iter().map(|span| (span.operation_name.as_str(), span.flags)).collect()
}

fn priority(priority: impl Into<opentelemetry::Value>) -> KeyValue {
    KeyValue::new("sampling.priority", priority)
}

#[test]
fn a_priority_turns_on_its_span_and_what_starts_or_ends_later_in_its_trace() {
    let spans = spans(
        |builder| builder.with_sampler(Const(false)),
        |tracer| {
            let root = Context::new().with_span(tracer.start("root"));
            let mut ended_before = tracer.start_with_context("ended before", &root);
            ended_before.end();
            let mut early = tracer.start_with_context("early", &root);
            let mut middle = tracer.build_with_context(
                tracer
                    .span_builder("middle")
                    .with_kind(SpanKind::Client)
                    .with_attributes([KeyValue::new("lost", 1)]),
                &root,
            );
            assert!(!middle.is_recording());
            middle.set_attribute(priority(1));
            assert!(middle.is_recording());
            middle.set_attribute(KeyValue::new("kept", true));
            let mut late = tracer.start_with_context("late", &root);
            assert!(late.span_context().is_sampled());
            drop(tracer.start("of another trace"));
            early.end();
            late.end();
            middle.end();
            root.span().end();
        },
    );
    assert_eq!(names_and_flags(&spans), [("early", 3), ("late", 3), ("middle", 3), ("root", 3)]);
    let root = spans[3].span_id;
    assert!(spans[..3].iter().all(|span| span.parent_span_id == root && span.references.len() == 1));
    let middle = &spans[2];
    assert_eq!(tag(middle, "kept"), Some(TagValue::Bool(true)));
    assert_eq!(tag(middle, "sampling.priority"), Some(TagValue::Long(1)));
    assert_eq!(tag(middle, "span.kind"), Some(TagValue::String("client".into())));
    assert_eq!(tag(middle, "lost"), None, "nobody had recorded it");
}

#[test]
fn a_priority_of_0_turns_off_what_ends_or_starts_later() {
    let spans = spans(
        |builder| builder,
        |tracer| {
            let root = Context::new().with_span(tracer.start("root"));
            tracer.start_with_context("before", &root).end();
            root.span().set_attribute(priority(0));
            let mut late = tracer.start_with_context("late", &root);
            assert!(!late.span_context().is_sampled());
            late.end();
            root.span().end();
            drop(tracer.start("of another trace"));
        },
    );
    assert_eq!(names_and_flags(&spans), [("before", 1), ("of another trace", 1)]);
}

#[test]
fn a_priority_among_the_first_attributes_counts_and_what_is_no_number_of_16_bits_does_not() {
    let spans = spans(
        |builder| builder.with_sampler(Const(false)),
        |tracer| {
            for priority in [priority(65_536), priority(-1), priority("1"), priority(true), priority(2)] {
                let builder = tracer.span_builder(format!("{}", priority.value));
                drop(builder.with_attributes([priority]).start(tracer));
            }
        },
    );
    assert_eq!(names_and_flags(&spans), [("2", 3)]);
    assert_eq!(tag(&spans[0], "sampling.priority"), Some(TagValue::Long(2)));
}

#[test]
fn a_span_that_is_turned_on_keeps_its_new_name_and_its_start() {
    let spans = spans(
        |builder| builder.with_sampler(Const(false)),
        |tracer| {
            let mut span = tracer.start("old");
            span.update_name("new");
            std::thread::sleep(Duration::from_millis(20));
            span.set_attribute(priority(1));
        },
    );
    assert_eq!(names_and_flags(&spans), [("new", 3)]);
    assert!(spans[0].duration >= 20_000, "{:?}", spans[0]);
}

#[test]
fn a_trace_may_begin_with_any_flags_and_a_span_may_be_one_that_is_there() {
    let spans = spans(
        |builder| builder.with_sampler(Const(false)),
        |tracer| {
            let mut firehose = SpanStart::new("firehose", SpanKind::Internal);
            firehose.flags = Some(Flags::SAMPLED | Flags::FIREHOSE);
            drop(tracer.start_span(&firehose, |_| {}));
            let itself = SpanStart::new("itself", SpanKind::Server);
            let context = SpanContext::new(0x7b.into(), 0x1c8.into(), Flags::SAMPLED | Flags::DEBUG);
            drop(tracer.start_itself(context.with_parent_id(5.into()), &itself, |_| {}));
        },
    );
    assert_eq!(names_and_flags(&spans), [("firehose", 9), ("itself", 3)]);
    let itself = &spans[1];
    assert_eq!((itself.trace_id_high, itself.trace_id_low), (0, 0x7b));
    assert_eq!((itself.span_id, itself.parent_span_id), (0x1c8, 5));
}

#[test]
fn tags_are_cut_where_it_is_said_and_logs_are_not() {
    let long = "é".repeat(200);
    let spans = spans(
        |builder| builder.with_max_tag_value_bytes(5),
        |tracer| {
            let mut span = tracer.start("span");
            span.set_attribute(KeyValue::new("long", long.clone()));
            span.add_event("event", vec![KeyValue::new("long", long.clone())]);
        },
    );
    assert_eq!(tag(&spans[0], "long"), Some(TagValue::String("éé".into())));
    assert_eq!(spans[0].logs[0].fields[1].value, TagValue::String(long));
}

/// `event` of each log.
fn events(logs: &[Log]) -> Vec<String> {
    let event = |log: &Log| match &log.fields[0].value {
        TagValue::String(event) => event.clone(),
        other => format!("{other:?}"),
    };
    logs.iter().map(event).collect()
}

#[test]
fn of_too_many_logs_the_first_and_the_last_are_kept() {
    let of = |limit: u32, logs: u64| {
        let mut spans = spans(
            |builder| builder.with_max_logs_per_span(NonZeroU32::new(limit).unwrap()),
            |tracer| {
                let mut span = tracer.start("span");
                for number in 0..logs {
                    let at = std::time::UNIX_EPOCH + Duration::from_secs(1_000 + number);
                    let text = "x".repeat(number as usize);
                    span.add_event_with_timestamp(number.to_string(), at, vec![KeyValue::new("text", text)]);
                }
            },
        );
        spans.remove(0)
    };
    // As in jaeger-client-go: the limit is 10, and of 30 the first 4 and the last 5 are kept.
    let span = of(10, 30);
    let dropped = "dropped Span logs";
    assert_eq!(events(&span.logs), ["0", "1", "2", "3", dropped, "25", "26", "27", "28", "29"]);
    let marker = &span.logs[4];
    assert_eq!(marker.timestamp, 1_024_000_000, "that of the last one that is gone");
    let fields: Vec<_> =
        marker.fields.iter().map(|field| (field.key.as_str(), field.value.clone())).collect();
    assert_eq!(fields[1], ("dropped_log_count", TagValue::Long(21)));
    assert_eq!(fields[2], ("component", TagValue::String("jaeger-client".into())));
    assert_eq!(tag(&span, "otel.dropped_events_count"), None);
    assert_eq!(span.logs[9].fields[1].value, TagValue::String("x".repeat(29)));

    assert_eq!(events(&of(10, 10).logs).len(), 10);
    assert_eq!(events(&of(3, 5).logs), ["0", dropped, "4"]);
    assert_eq!(events(&of(2, 5).logs), [dropped, "4"]);
    assert_eq!(events(&of(1, 5).logs), [dropped]);
    assert_eq!(events(&of(4, 5).logs), ["0", dropped, "3", "4"]);
}

#[test]
fn ids_of_64_bits_are_63_bits_and_none() {
    let sender = BatchSender::agent("127.0.0.1:9").unwrap();
    let provider = JaegerTracerProvider::builder(sender).with_64_bit_trace_ids().build();
    let tracer = provider.tracer("short");
    let ids: Vec<u128> = (0..1_000)
        .map(|_| u128::from_be_bytes(tracer.start("root").span_context().trace_id().to_bytes()))
        .collect();
    assert!(ids.iter().all(|id| (1..1 << 63).contains(id)));
    assert!(ids.iter().any(|id| id >> 62 == 1), "all 63 bits are used");
}

#[test]
fn a_disabled_provider_lets_traces_pass_as_they_came() {
    let provider = JaegerTracerProvider::disabled();
    let tracer = provider.tracer("off");
    let headers = HashMap::from([("uber-trace-id".to_owned(), "7:8:0:1".to_owned())]);
    let cx = Propagator::new().extract(&headers).into_context(&Context::new());
    let span = tracer.start_with_context("work", &cx);
    let context = span.span_context();
    assert_eq!(
        (context.trace_id(), context.span_id(), context.is_sampled()),
        (TraceId::from(7u128), SpanId::from(8u64), true)
    );
    assert!(!span.is_recording());
    assert!(!tracer.start("root").span_context().is_valid());
    drop(span);
    assert_eq!((provider.stats().sent(), provider.stats().lost()), (0, 0));
}
