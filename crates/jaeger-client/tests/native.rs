//! The tracer that a configuration makes by default, the native one, seen by an agent.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

use std::{
    collections::HashMap,
    net::UdpSocket,
    sync::{Arc, Mutex},
    time::Duration,
};

use jaeger_client::{Config, ConstSampler, ProbabilisticSampler, RateLimitingSampler};
use jaeger_propagation::{JaegerState, Propagator};
use jaeger_thrift::{Batch, Compact, Span, TagValue};
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator,
    trace::{Span as _, TraceContextExt, Tracer, TracerProvider},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// What an agent receives of a program that gets the tracer of a configuration, and the lines that were logged.
fn received(
    config: impl FnOnce(Config) -> Config,
    program: impl FnOnce(&dyn Fn(&str, &Context) -> Context),
) -> (Vec<Batch>, Vec<String>) {
    let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&lines);
    let config = config(Config::new("native").with_agent(agent.local_addr().unwrap().to_string()));
    let (provider, closer) =
        config.with_logger(move |line| log.lock().unwrap().push(line.to_owned())).build().unwrap();
    let tracer = provider.tracer("test");
    program(&|name, parent| {
        let context = parent.with_span(tracer.start_with_context(name.to_owned(), parent));
        context.span().end();
        JaegerState::bind(context)
    });
    let report = closer.close(PATIENCE);
    agent.set_nonblocking(true).unwrap();
    let mut packet = vec![0; 65_536];
    let mut batches = Vec::new();
    while let Ok(len) = agent.recv(&mut packet) {
        batches.push(Batch::decode_emit::<Compact>(&packet[..len]).unwrap());
    }
    let spans: usize = batches.iter().map(|batch| batch.spans.len()).sum();
    assert_eq!((report.sent, report.lost), (spans as u64, 0), "{report}");
    let lines = lines.lock().unwrap().clone();
    (batches, lines)
}

fn spans_of(
    config: impl FnOnce(Config) -> Config,
    program: impl FnOnce(&dyn Fn(&str, &Context) -> Context),
) -> Vec<Span> {
    received(config, program).0.into_iter().flat_map(|batch| batch.spans).collect()
}

fn request(header: &str, value: &str) -> Context {
    let headers = HashMap::from([(header.to_owned(), value.to_owned())]);
    Propagator::new().extract_with_context(&Context::new(), &headers)
}

fn tag(span: &Span, key: &str) -> Option<TagValue> {
    span.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.clone())
}

#[test]
fn the_sampler_signs_roots_only_and_callers_decide_for_themselves() {
    let spans = spans_of(
        |config| config.with_sampler(ProbabilisticSampler::new(1.0)),
        |start| {
            let root = start("root", &Context::new());
            start("child", &root);
            start("remote child", &request("uber-trace-id", "7b:1c8:0:1"));
            start("unsampled", &request("uber-trace-id", "7b:1c8:0:0"));
        },
    );
    let sampler = |span: &Span| (tag(span, "sampler.type"), tag(span, "sampler.param"));
    let names: Vec<_> = spans.iter().map(|span| span.operation_name.as_str()).collect();
    assert_eq!(names, ["root", "child", "remote child"]);
    let kind = TagValue::String("probabilistic".into());
    assert_eq!(sampler(&spans[0]), (Some(kind), Some(TagValue::Double(1.0))));
    assert_eq!((sampler(&spans[1]), sampler(&spans[2])), ((None, None), (None, None)));
}

#[test]
fn tags_and_logs_have_the_limits_that_are_set() {
    let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let config =
        Config::new("native").with_agent(agent.local_addr().unwrap().to_string()).with_logger(|_| {});
    let config = config.with_max_tag_value_bytes(3).with_max_logs_per_span(3.try_into().unwrap());
    let (provider, closer) = config.build().unwrap();
    let mut span = provider.tracer("test").start("span");
    span.set_attribute(KeyValue::new("long", "abcdef"));
    for number in 0..5 {
        span.add_event(number.to_string(), Vec::new());
    }
    drop(span);
    assert_eq!(closer.close(PATIENCE).sent, 1);
    let mut packet = vec![0; 65_536];
    let len = agent.recv(&mut packet).unwrap();
    let span = Batch::decode_emit::<Compact>(&packet[..len]).unwrap().spans.remove(0);
    assert_eq!(tag(&span, "long"), Some(TagValue::String("abc".into())));
    let events: Vec<_> = span.logs.iter().map(|log| log.fields[0].value.clone()).collect();
    assert_eq!(events, ["0", "dropped Span logs", "4"].map(|event| TagValue::String(event.into())));
}

#[test]
fn so_many_traces_a_second_and_their_spans_whole() {
    let spans = spans_of(
        |config| config.with_sampler(RateLimitingSampler::new(0.001)),
        |start| {
            for name in ["first", "second", "third"] {
                let root = start(name, &Context::new());
                start("child", &root);
            }
            start("of a caller", &request("uber-trace-id", "7b:1c8:0:1"));
        },
    );
    let names: Vec<_> = spans.iter().map(|span| span.operation_name.as_str()).collect();
    assert_eq!(names, ["first", "child", "of a caller"]);
    assert_eq!(tag(&spans[0], "sampler.type"), Some(TagValue::String("ratelimiting".into())));
    assert_eq!(tag(&spans[0], "sampler.param"), Some(TagValue::Double(0.001)));
}

#[test]
fn a_debug_id_is_sampled_whatever_the_sampler_says() {
    let spans = spans_of(
        |config| config.with_sampler(ConstSampler::new(false)),
        |start| {
            start("nobody asks", &Context::new());
            let root = start("root", &request("jaeger-debug-id", "why-is-it-slow"));
            start("child", &root);
        },
    );
    assert_eq!(spans.iter().map(|span| span.flags).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(tag(&spans[0], "jaeger-debug-id"), Some(TagValue::String("why-is-it-slow".into())));
    assert_eq!((tag(&spans[0], "sampler.type"), tag(&spans[1], "jaeger-debug-id")), (None, None));
}

#[test]
fn the_process_is_the_service_and_its_tags() {
    let (batches, _) = received(
        |config| config.with_tag("replica", 1).with_tag("service.name", "other").with_tag("replica", 7),
        |start| _ = start("span", &Context::new()),
    );
    let process = &batches[0].process;
    assert_eq!(process.service_name, "native");
    let replicas: Vec<_> = process.tags.iter().filter(|tag| tag.key == "replica").collect();
    assert_eq!(replicas.len(), 1);
    assert_eq!(replicas[0].value, TagValue::Long(7));
    for key in ["client-uuid", "hostname", "ip", "jaeger.version"] {
        assert!(process.tags.iter().any(|tag| tag.key == key), "{key}");
    }
}

#[test]
fn spans_are_logged_as_they_are_reported() {
    let (batches, lines) = received(Config::with_log_spans, |start| {
        start("root \"quoted\"", &Context::new());
        start("served", &request("uber-trace-id", "7b:1c8:0:3"));
        start("unsampled", &request("uber-trace-id", "7b:1c8:0:0"));
    });
    let [root, served] = &batches[0].spans[..] else { panic!("{batches:?}") };
    let (high, low) = (root.trace_id_high as u64, root.trace_id_low as u64);
    assert_eq!(
        lines[1..],
        [
            format!(
                "Reporting span {high:016x}{low:016x}:{:016x}:0000000000000000:1 \"root \\\"quoted\\\"\"",
                root.span_id
            ),
            format!("Reporting span 000000000000007b:{:016x}:00000000000001c8:3 \"served\"", served.span_id),
        ]
    );
}

#[test]
fn sampling_priority_after_the_start_makes_a_debug_span_or_none() {
    let agent = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let config =
        Config::new("native").with_agent(agent.local_addr().unwrap().to_string()).with_logger(|_| {});
    let (provider, closer) = config.build().unwrap();
    let tracer = provider.tracer("test");
    for priority in [1, 0] {
        let mut span = tracer.start("span");
        span.set_attribute(KeyValue::new("sampling.priority", priority));
    }
    assert_eq!(closer.close(PATIENCE).sent, 1);
    let mut packet = vec![0; 65_536];
    let len = agent.recv(&mut packet).unwrap();
    assert_eq!(Batch::decode_emit::<Compact>(&packet[..len]).unwrap().spans[0].flags, 3);
}
