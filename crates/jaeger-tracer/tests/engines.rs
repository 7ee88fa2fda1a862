//! The same program on both engines, the native tracer and the OpenTelemetry SDK with `jaeger-exporter`: what an agent receives
//! is the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use jaeger_exporter::{BatchSender, FlagsProcessor, JaegerExporter, Reporter, process_of};
use jaeger_propagation::Propagator;
use jaeger_thrift::{Span, TagValue};
use jaeger_tracer::{JaegerTracerProvider, SpanStart};
use opentelemetry::{
    Array, Context, InstrumentationScope, Key, KeyValue, StringValue, Value,
    global::{BoxedTracer, ObjectSafeTracer},
    trace::{
        Event, Link, Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
        TraceState, Tracer, TracerProvider,
    },
};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use support::{Agent, tag};

type Program = fn(&BoxedTracer);

fn boxed(tracer: impl ObjectSafeTracer + Send + Sync + 'static) -> BoxedTracer {
    BoxedTracer::new(Box::new(tracer))
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("the scope").with_version("1.2").build()
}

fn on_native(program: Program) -> Vec<Span> {
    let agent = Agent::start();
    let mut sender = BatchSender::agent(&agent.address()).unwrap();
    sender.set_process(&process_of([(&Key::new("service.name"), &Value::from("both"))]));
    let provider = JaegerTracerProvider::builder(sender).build();
    program(&boxed(provider.tracer_with_scope(scope())));
    provider.shutdown(Duration::from_secs(5)).unwrap();
    agent.spans()
}

fn on_sdk(program: Program) -> Vec<Span> {
    let agent = Agent::start();
    let exporter = JaegerExporter::agent(&agent.address()).unwrap();
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name("both").build())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_span_processor(FlagsProcessor)
        .with_span_processor(Reporter::new(exporter))
        .build();
    program(&boxed(provider.tracer_with_scope(scope())));
    provider.shutdown().unwrap();
    agent.spans()
}

/// Ids are random and times pass: they are numbered in the order of their first use, and left out.
fn comparable(mut spans: Vec<Span>) -> Vec<Span> {
    let mut seen = HashMap::from([(0, 0)]);
    let mut number = |id: &mut i64| {
        let next = seen.len() as i64;
        *id = *seen.entry(*id).or_insert(next);
    };
    for span in &mut spans {
        for id in
            [&mut span.trace_id_low, &mut span.trace_id_high, &mut span.span_id, &mut span.parent_span_id]
        {
            number(id);
        }
        for reference in &mut span.references {
            for id in [&mut reference.trace_id_low, &mut reference.trace_id_high, &mut reference.span_id] {
                number(id);
            }
        }
        assert!(span.duration >= 0);
        (span.start_time, span.duration) = (0, 0);
        for log in &mut span.logs {
            log.timestamp = 0;
        }
        // The sampler's tags are no concern of the SDK's own samplers, and a receiver does not look at the order.
        span.tags.retain(|tag| !tag.key.starts_with("sampler."));
        span.tags.sort_by(|a, b| a.key.cmp(&b.key));
    }
    spans
}

#[track_caller]
fn same(program: Program) -> Vec<Span> {
    let (native, sdk) = (comparable(on_native(program)), comparable(on_sdk(program)));
    assert_eq!(native, sdk);
    assert!(!native.is_empty());
    native
}

fn remote(trace: u128, span: u64, flags: TraceFlags) -> Context {
    let context = SpanContext::new(TraceId::from(trace), SpanId::from(span), flags, true, TraceState::NONE);
    Context::new().with_remote_span_context(context)
}

#[test]
fn values_keep_their_types() {
    let spans = same(|tracer| {
        let mut span = tracer.start("values");
        for (key, value) in [
            ("bool", Value::from(true)),
            ("long", Value::from(i64::MIN)),
            ("double", Value::from(0.5)),
            ("nan", Value::from(f64::NAN)),
            ("inf", Value::from(f64::NEG_INFINITY)),
            ("text", Value::from("é\0\u{1f600}")),
            ("empty", Value::from("")),
            ("long text", Value::from("é".repeat(300))),
            ("longs", Value::Array(Array::I64(vec![1, -2]))),
            ("texts", Value::Array(Array::String(vec![StringValue::from("a\"b"), StringValue::from("c")]))),
        ] {
            span.set_attribute(KeyValue::new(key, value));
        }
        span.set_attribute(KeyValue::new("twice", 1));
        span.set_attribute(KeyValue::new("twice", 2));
        span.end();
    });
    assert_eq!(tag(&spans[0], "long"), Some(TagValue::Long(i64::MIN)));
    assert_eq!(tag(&spans[0], "long text"), Some(TagValue::String("é".repeat(128))));
    assert_eq!(tag(&spans[0], "otel.scope.name"), Some(TagValue::String("the scope".into())));
}

#[test]
fn kind_and_status_are_tags_unless_the_program_says_so_itself() {
    same(|tracer| {
        for kind in
            [SpanKind::Client, SpanKind::Server, SpanKind::Producer, SpanKind::Consumer, SpanKind::Internal]
        {
            for status in [Status::Unset, Status::Ok, Status::error(""), Status::error("it broke")] {
                let mut span = tracer.span_builder("kinds").with_kind(kind.clone()).start(tracer);
                span.set_status(status);
                // OK is final, and an error is more than nothing.
                span.set_status(Status::error("later"));
                span.set_status(Status::Unset);
                span.end();
            }
        }
        for key in ["span.kind", "error", "otel.status_code", "otel.status_description"] {
            let mut span = tracer.span_builder("own").with_kind(SpanKind::Client).start(tracer);
            span.set_attribute(KeyValue::new(key, "mine"));
            span.set_status(Status::error("theirs"));
            span.end();
        }
    });
}

#[test]
fn events_are_logs() {
    same(|tracer| {
        let event = Event::new("built", SystemTime::now(), vec![KeyValue::new("n", 1)], 0);
        let builder =
            tracer.span_builder("events").with_events(vec![event]).with_attributes([KeyValue::new("a", 1)]);
        let mut span = builder.start(tracer);
        span.add_event("plain", Vec::new());
        span.add_event("with", vec![KeyValue::new("key", 1.5), KeyValue::new("key", "again")]);
        span.add_event("ignored", vec![KeyValue::new("event", "own")]);
        span.record_error(&std::io::Error::other("gone"));
        span.end();
    });
}

#[test]
fn parents_and_links_are_references() {
    let spans = same(|tracer| {
        let parent = remote(0x7b, 0x1c8, TraceFlags::SAMPLED);
        let link = |trace: u128, span: u64, kind: Option<&'static str>| {
            let context = SpanContext::new(
                TraceId::from(trace),
                SpanId::from(span),
                TraceFlags::SAMPLED,
                true,
                TraceState::NONE,
            );
            let attributes = kind.map(|kind| KeyValue::new("opentracing.ref_type", kind));
            Link::new(context, attributes.into_iter().collect(), 0)
        };
        tracer.start_with_context("child", &parent).end();
        for links in [
            vec![link(0x7b, 0x1c8, Some("follows_from"))],
            vec![link(0x7b, 0x1c8, None), link(1, 2, None), link(3, 4, Some("child_of"))],
            vec![link(u128::MAX, u64::MAX, Some("something"))],
        ] {
            tracer.span_builder("linked").with_links(links).start_with_context(tracer, &parent).end();
        }
        let mut late = tracer.start("late");
        late.add_link(link(5, 6, None).span_context, Vec::new());
        late.end();
    });
    assert_eq!(spans[0].references.len(), 1);
}

#[test]
fn a_tree_of_spans_is_one() {
    let spans = same(|tracer| {
        tracer.in_span("root", |root| {
            root.span().update_name("renamed");
            tracer.in_span("child", |_| {
                tracer.start("grandchild").end();
            });
            tracer.start("second child").end();
        });
    });
    let names: Vec<_> = spans.iter().map(|span| span.operation_name.as_str()).collect();
    assert_eq!(names, ["grandchild", "child", "second child", "renamed"]);
}

#[test]
fn what_is_too_much_is_counted() {
    let spans = same(|tracer| {
        let mut span = tracer.start("much");
        for index in 0..200 {
            span.set_attribute(KeyValue::new("key", index));
            span.add_event("event", Vec::new());
            let context = SpanContext::new(
                TraceId::from(1),
                SpanId::from(index as u64 + 1),
                TraceFlags::SAMPLED,
                true,
                TraceState::NONE,
            );
            span.add_link(context, Vec::new());
        }
        let many = (0..200).map(|index| KeyValue::new("key", index)).collect();
        span.end();
        let mut span = tracer.start("many fields");
        span.add_event("event", many);
        span.end();
    });
    assert_eq!(tag(&spans[0], "otel.dropped_attributes_count"), Some(TagValue::Long(72)));
    assert_eq!(tag(&spans[0], "otel.dropped_events_count"), Some(TagValue::Long(72)));
    assert_eq!(tag(&spans[0], "otel.dropped_links_count"), Some(TagValue::Long(72)));
}

#[test]
fn flags_and_trace_states_are_those_of_the_caller() {
    let spans = same(|tracer| {
        for header in ["7b:1c8:0:1", "7b:1c8:0:3", "7b:1c8:0:9", "7b:1c8:0:b"] {
            let headers = HashMap::from([("uber-trace-id".to_owned(), header.to_owned())]);
            let caller = Propagator::new().extract(&headers).into_context(&Context::new());
            tracer.start_with_context("flags", &caller).end();
        }
        let headers = HashMap::from([
            ("traceparent".to_owned(), "00-0000000000000000000000000000007b-00000000000001c8-01".to_owned()),
            ("tracestate".to_owned(), "vendor=1,other=2".to_owned()),
        ]);
        let caller = Propagator::w3c().extract(&headers).into_context(&Context::new());
        tracer.start_with_context("state", &caller).end();
        // Unsampled ones are not reported.
        tracer.start_with_context("unsampled", &remote(0x7b, 0x1c8, TraceFlags::NOT_SAMPLED)).end();
    });
    assert_eq!(spans.iter().map(|span| span.flags).collect::<Vec<_>>(), [1, 3, 9, 11, 1]);
    assert_eq!(tag(&spans[4], "w3c.tracestate"), Some(TagValue::String("vendor=1,other=2".into())));
}

#[test]
fn times_that_the_program_says_are_kept() {
    let program: Program = |tracer| {
        let at = |micros| SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
        let mut span = tracer.span_builder("timed").with_start_time(at(1_000_000)).start(tracer);
        span.add_event_with_timestamp("event", at(1_000_100), Vec::new());
        span.end_with_timestamp(at(1_000_250));
        let mut backwards = tracer.span_builder("backwards").with_start_time(at(1_000_000)).start(tracer);
        backwards.end_with_timestamp(at(999_999));
    };
    for spans in [on_native(program), on_sdk(program)] {
        assert_eq!((spans[0].start_time, spans[0].duration), (1_000_000, 250));
        assert_eq!(spans[0].logs[0].timestamp, 1_000_100);
        assert_eq!((spans[1].start_time, spans[1].duration), (1_000_000, 0));
    }
}

#[test]
fn a_duration_is_what_has_passed() {
    let program: Program = |tracer| {
        tracer.in_span("slow", |_| std::thread::sleep(Duration::from_millis(20)));
        let mut span = tracer.start("slow, too");
        std::thread::sleep(Duration::from_millis(20));
        span.end();
        let dropped = tracer.start("dropped");
        std::thread::sleep(Duration::from_millis(20));
        drop(dropped);
    };
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as i64;
    let before = now();
    let spans = [on_native(program), on_sdk(program)].concat();
    let after = now();
    assert_eq!(spans.len(), 6);
    for span in spans {
        assert!(span.duration >= 20_000, "{} µs", span.duration);
        // The wall clock may be adjusted meanwhile.
        assert!((before - 100_000..after + 100_000).contains(&span.start_time), "{before} {span:?}");
    }
}

#[test]
fn the_first_tags_are_those_of_the_tracer_and_the_number() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap()).build();
    let tracers = [provider.tracer("one"), provider.tracer("two")];
    let mut expected = Vec::new();
    for round in 0..3 {
        for (tracer, scope) in tracers.iter().zip(["one", "two"]) {
            for number in [0, 2, 0] {
                let start = SpanStart::new("numbered", SpanKind::Server);
                let span = tracer.start_like_others(
                    &start,
                    number,
                    |mut first| {
                        first.text("number", &number.to_string());
                        if number == 2 {
                            first.text("span.kind", "own");
                        }
                    },
                    |mut more| more.text("round", &round.to_string()),
                );
                drop(span);
                let kind = if number == 2 { "own" } else { "server" };
                expected.push([scope.to_owned(), number.to_string(), round.to_string(), kind.to_owned()]);
            }
            drop(tracer.start("without a number"));
            expected.push([scope, "-", "-", "-"].map(str::to_owned));
        }
    }
    provider.shutdown(Duration::from_secs(5)).unwrap();
    let text = |span: &Span, key: &str| match tag(span, key) {
        Some(TagValue::String(text)) => text,
        _ => "-".to_owned(),
    };
    let found: Vec<_> = agent
        .spans()
        .iter()
        .map(|span| ["otel.scope.name", "number", "round", "span.kind"].map(|key| text(span, key)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn first_tags_that_panic_are_nobody_s() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap()).build();
    let tracer = provider.tracer("first");
    let start = |number: u32, panics: bool| {
        let write_first = |mut tags: jaeger_tracer::SpanWriter<'_>| {
            tags.text("number", &number.to_string());
            assert!(!panics, "halfway");
        };
        let start = SpanStart::new("span", SpanKind::Internal);
        drop(tracer.start_like_others(&start, number, write_first, |_| {}));
    };
    start(1, false);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| start(2, true))).unwrap_err();
    start(1, false);
    start(2, false);
    provider.shutdown(Duration::from_secs(5)).unwrap();
    let numbers: Vec<_> = agent.spans().iter().map(|span| tag(span, "number").unwrap()).collect();
    assert_eq!(numbers, ["1", "1", "2"].map(|number| TagValue::String(number.into())));
}

#[test]
fn nothing_comes_after_the_end() {
    let spans = same(|tracer| {
        let mut span = tracer.start("ended");
        span.end();
        assert!(!span.is_recording());
        span.set_attribute(KeyValue::new("late", 1));
        span.add_event("late", Vec::new());
        span.set_status(Status::Ok);
        span.update_name("late");
        span.end();
    });
    assert_eq!(spans.len(), 1);
    assert_eq!(tag(&spans[0], "late"), None::<TagValue>);
}
