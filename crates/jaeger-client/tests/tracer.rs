//! The tracer that a configuration makes on the SDK, seen through an exporter in memory.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jaeger_client::{
    Config, ConstSampler, Decision, ProbabilisticSampler, RateLimitingSampler, Sampler, SamplerParam,
};
use jaeger_exporter::flags_of;
use jaeger_propagation::{JaegerState, Propagator};
use opentelemetry::{
    Context, KeyValue, Value,
    propagation::TextMapPropagator,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};

/// Long enough for a loaded machine; nothing waits that long when the test passes.
const PATIENCE: Duration = Duration::from_secs(20);

type Lines = Arc<Mutex<Vec<String>>>;

fn logged(config: Config) -> (Config, Lines) {
    let lines = Lines::default();
    let config = config.with_logger({
        let lines = Arc::clone(&lines);
        move |line| lines.lock().unwrap().push(line.to_owned())
    });
    (config, lines)
}

/// The finished spans of a program that gets the tracer of `config`.
fn spans_of(config: Config, program: impl FnOnce(&dyn Fn(&str, &Context) -> Context)) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let (config, _) = logged(config.with_exporter("memory", exporter.clone()));
    let (provider, closer) = config.build_sdk().unwrap();
    let tracer = provider.tracer("test");
    program(&|name, parent| {
        let context = parent.with_span(tracer.start_with_context(name.to_owned(), parent));
        context.span().end();
        JaegerState::bind(context)
    });
    // The exporter forgets its spans when it is shut down.
    provider.force_flush().unwrap();
    let spans = exporter.get_finished_spans().unwrap();
    let report = closer.close(PATIENCE);
    assert_eq!((report.sent, report.lost), (spans.len() as u64, 0), "{report}");
    spans
}

fn request(header: &str, value: &str) -> Context {
    let headers = HashMap::from([(header.to_owned(), value.to_owned())]);
    Propagator::new().extract_with_context(&Context::new(), &headers)
}

fn tag<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|tag| tag.key.as_str() == key).map(|tag| &tag.value)
}

#[track_caller]
fn start_line(config: Config, expected: &str) {
    let (config, lines) = logged(config);
    let (_provider, closer) = config.build().unwrap();
    drop(closer);
    assert_eq!(*lines.lock().unwrap(), [expected]);
}

#[test]
fn the_start_is_one_line() {
    start_line(
        Config::new("in-process"),
        "jaeger: service \"in-process\" reports every trace to http://localhost:14268/api/traces (sampler const 1)",
    );
    start_line(
        Config::new("a").with_agent("127.0.0.1:6831").with_sampler(ConstSampler::new(false)),
        "jaeger: service \"a\" reports no trace to udp://127.0.0.1:6831 (sampler const 0)",
    );
    start_line(
        Config::new("b")
            .with_collector_endpoint("http://jaeger:80")
            .with_sampler(ProbabilisticSampler::new(0.5)),
        "jaeger: service \"b\" reports 0.5 of all traces to http://jaeger:80/api/traces (sampler probabilistic 0.5)",
    );
    start_line(
        Config::new("c").with_sampler(RateLimitingSampler::new(2.5)),
        "jaeger: service \"c\" reports up to 2.5 traces a second to http://localhost:14268/api/traces (sampler ratelimiting 2.5)",
    );
}

#[test]
fn a_wrong_configuration_is_an_error() {
    let error = |config: Config| config.build().unwrap_err().to_string();
    assert_eq!(error(Config::new("")), "no service name provided");
    assert_eq!(error(Config::new("  ")), "no service name provided");
    if !cfg!(feature = "tls") {
        assert_eq!(
            error(Config::new("a").with_collector_endpoint("https://jaeger:14268")),
            "TLS is not built in, so \"https://jaeger:14268\" cannot be reached: use http://, or the feature tls"
        );
    }
    assert_eq!(
        error(Config::new("a").with_agent("localhost")),
        "expected host:port such as localhost:6831 as address of the agent, found \"localhost\""
    );
}

#[test]
fn the_sampler_signs_roots_only() {
    let spans = spans_of(Config::new("a"), |start| {
        let root = start("root", &Context::new());
        start("child", &root);
        start("remote child", &request("uber-trace-id", "7b:1c8:0:1"));
    });
    let sampler = |span: &SpanData| (tag(span, "sampler.type").cloned(), tag(span, "sampler.param").cloned());
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["root", "child", "remote child"]);
    assert_eq!(sampler(&spans[0]), (Some("const".into()), Some(true.into())));
    assert_eq!(sampler(&spans[1]), (None, None));
    assert_eq!(sampler(&spans[2]), (None, None));
}

#[test]
fn the_decision_of_the_caller_is_respected() {
    let unsampled = spans_of(Config::new("a"), |start| {
        start("server", &request("uber-trace-id", "7b:1c8:0:0"));
    });
    assert_eq!(unsampled, []);
    let sampled = spans_of(Config::new("a").with_sampler(ConstSampler::new(false)), |start| {
        start("root", &Context::new());
        start("server", &request("uber-trace-id", "7b:1c8:0:1"));
    });
    let names: Vec<_> = sampled.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["server"]);
}

#[test]
fn a_debug_id_is_sampled_whatever_the_sampler_says() {
    let spans = spans_of(Config::new("a").with_sampler(ConstSampler::new(false)), |start| {
        let root = start("root", &request("jaeger-debug-id", "why-is-it-slow"));
        start("child", &root);
    });
    assert_eq!(spans.iter().map(|span| flags_of(span).bits()).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(tag(&spans[0], "jaeger-debug-id"), Some(&"why-is-it-slow".into()));
    assert_eq!(tag(&spans[0], "sampler.type"), None);
    assert_eq!(tag(&spans[1], "jaeger-debug-id"), None);
}

#[test]
fn a_debug_id_is_for_the_root_even_where_nobody_binds_it() {
    let request = request("jaeger-debug-id", "why-is-it-slow");
    let caller = request.with_remote_span_context(SpanContext::new(
        TraceId::from(1),
        SpanId::from(2),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    ));
    let spans = spans_of(Config::new("a"), |start| _ = start("child", &caller));
    assert_eq!(tag(&spans[0], "jaeger-debug-id"), None);
}

#[test]
fn spans_are_logged_as_they_are_reported() {
    let exporter = InMemorySpanExporter::default();
    let (config, lines) = logged(Config::new("a").with_exporter("memory", exporter.clone()).with_log_spans());
    let (provider, closer) = config.build_sdk().unwrap();
    let tracer = provider.tracer("test");
    drop(tracer.start_with_context("root \"quoted\"", &Context::new()));
    drop(tracer.start_with_context("served", &request("uber-trace-id", "7b:1c8:0:3")));
    drop(tracer.start_with_context("unsampled", &request("uber-trace-id", "7b:1c8:0:0")));
    provider.force_flush().unwrap();
    let spans = exporter.get_finished_spans().unwrap();
    closer.close(PATIENCE);

    let root = &spans[0].span_context;
    let expected = [
        "jaeger: service \"a\" reports every trace to memory (sampler const 1, on the OpenTelemetry SDK)"
            .to_owned(),
        format!(
            "Reporting span {}:{}:0000000000000000:1 \"root \\\"quoted\\\"\"",
            root.trace_id(),
            root.span_id()
        ),
        format!(
            "Reporting span 000000000000007b:{}:00000000000001c8:3 \"served\"",
            spans[1].span_context.span_id()
        ),
    ];
    assert_eq!(*lines.lock().unwrap(), expected);
}

#[test]
fn the_resource_is_the_service_and_its_tags() {
    #[derive(Debug)]
    struct Resources(Arc<Mutex<Vec<(String, String)>>>);

    impl opentelemetry_sdk::trace::SpanExporter for Resources {
        async fn export(&self, _batch: Vec<SpanData>) -> opentelemetry_sdk::error::OTelSdkResult {
            Ok(())
        }

        fn set_resource(&mut self, resource: &opentelemetry_sdk::Resource) {
            let pairs = resource.iter().map(|(key, value)| (key.to_string(), value.to_string()));
            self.0.lock().unwrap().extend(pairs);
        }
    }

    let found = Arc::default();
    let config = Config::new("frontend").with_tag("replica", 7).with_tag("service.name", "not this one");
    let (config, _) = logged(config.with_exporter("resources", Resources(Arc::clone(&found))));
    let (_provider, closer) = config.build_sdk().unwrap();
    closer.close(PATIENCE);
    let mut found = found.lock().unwrap().clone();
    found.sort();
    let expected =
        [("replica", "7"), ("service.name", "frontend")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn a_sampler_of_one_s_own_decides_about_roots() {
    #[derive(Debug)]
    struct Quiet;

    impl Sampler for Quiet {
        fn sample(&self, _: TraceId, operation: &str) -> Decision {
            Decision::new(operation != "noise", "", SamplerParam::Bool(true))
        }
    }

    let spans = spans_of(Config::new("a").with_sampler(Quiet), |start| {
        start("noise", &Context::new());
        start("root", &Context::new());
    });
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].attributes, Vec::<KeyValue>::new());
}

#[test]
fn what_needs_the_sdk_says_so() {
    let error = |config: Config| config.build().unwrap_err().to_string();
    assert_eq!(
        error(Config::new("a").with_exporter("memory", InMemorySpanExporter::default())),
        "an exporter of the SDK needs the OpenTelemetry SDK: build it by build_sdk"
    );
    assert_eq!(
        error(Config::new("a").with_sdk()),
        "with_sdk needs the OpenTelemetry SDK: build it by build_sdk"
    );
}
