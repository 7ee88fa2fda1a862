//! What a meter sees of a tracer, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/endpoint.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod endpoint;

use std::{num::NonZeroUsize, time::Duration};

use endpoint::Endpoint;
use jaeger_client::{Closer, Config, RemoteSampler};
use opentelemetry::{
    Context,
    metrics::MeterProvider,
    trace::{Span, Tracer, TracerProvider},
};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
    data::{AggregatedMetrics, MetricData},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// What a meter sees when a program has made so many spans; the closer is closed before.
fn observed(config: Config, is_on_sdk: bool, spans: usize) -> Vec<String> {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let meters = SdkMeterProvider::builder().with_reader(reader).build();
    let config = config.with_logger(|_| {}).with_flush_interval(PATIENCE);
    let observe = |closer: Closer| {
        closer.observe(&meters.meter("jaeger"));
        closer.baggage_restrictions().set_item(&Context::new(), "key", &"x".repeat(3_000));
        let _ = closer.close(PATIENCE);
    };
    if is_on_sdk {
        let (provider, closer) = config.build_sdk().unwrap();
        make(&provider.tracer("test"), spans);
        observe(closer);
        make(&provider.tracer("test"), 1);
    } else {
        let (provider, closer) = config.build().unwrap();
        make(&provider.tracer("test"), spans);
        observe(closer);
        make(&provider.tracer("test"), 1);
    }
    meters.force_flush().unwrap();
    lines(&exporter)
}

fn make(tracer: &impl Tracer, spans: usize) {
    (0..spans).for_each(|_| tracer.start("work").end());
}

/// A line for each number above 0 of the last export, sorted.
fn lines(exporter: &InMemoryMetricExporter) -> Vec<String> {
    let exports = exporter.get_finished_metrics().unwrap();
    let mut lines = Vec::new();
    for metric in exports.last().unwrap().scope_metrics().flat_map(|scope| scope.metrics()) {
        let points: Vec<_> = match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                .data_points()
                .map(|point| (point.attributes().collect::<Vec<_>>(), point.value()))
                .collect(),
            AggregatedMetrics::U64(MetricData::Gauge(gauge)) => {
                gauge.data_points().map(|point| (point.attributes().collect(), point.value())).collect()
            }
            other => panic!("{other:?}"),
        };
        for (attributes, value) in points.into_iter().filter(|(_, value)| *value > 0) {
            let mut attributes: Vec<_> =
                attributes.iter().map(|label| format!("{}={}", label.key, label.value)).collect();
            attributes.sort_unstable();
            let name = metric.name().trim_start_matches("jaeger.tracer.");
            lines.push(format!("{name} {} {value}", attributes.join(",")));
        }
    }
    lines.sort_unstable();
    lines
}

const BAGGAGE: [&str; 2] = ["baggage_truncations  1", "baggage_updates result=ok 1"];

#[track_caller]
fn sees(config: impl Fn() -> Config, spans: usize, expected: &[&str]) {
    for is_on_sdk in [false, true] {
        let seen = observed(config(), is_on_sdk, spans);
        // On the SDK a span that begins after the shutdown is none.
        let expected = expected.iter().filter(|line| !(is_on_sdk && line.contains("after-shutdown")));
        let expected: Vec<_> = BAGGAGE.iter().chain(expected).copied().collect();
        assert_eq!(seen, expected, "on the SDK: {is_on_sdk}");
    }
}

const AFTER: &str = "reporter_spans cause=after-shutdown,result=dropped 1";

#[test]
fn spans_that_arrived_and_spans_that_found_no_room() {
    let collector = Endpoint::answering(202, "");
    let config = || {
        let config = Config::new("seen").with_collector_endpoint(collector.url("/api/traces"));
        config.with_queue_spans(NonZeroUsize::new(10).unwrap())
    };
    sees(config, 3, &[AFTER, "reporter_spans result=ok 3"]);
    let exact = observed(config(), false, 15);
    assert!(exact.contains(&"reporter_spans cause=queue-full,result=dropped 5".to_owned()), "{exact:?}");
    assert!(exact.contains(&"reporter_spans result=ok 10".to_owned()), "{exact:?}");
}

#[test]
fn spans_that_were_lost_by_cause() {
    let refusing = Endpoint::answering(400, "no");
    let config = || Config::new("seen").with_collector_endpoint(refusing.url("/api/traces"));
    sees(config, 4, &[AFTER, "reporter_spans cause=rejected,result=err 4"]);
    let config = || Config::new("seen").with_collector_endpoint("http://127.0.0.1:9");
    sees(config, 5, &[AFTER, "reporter_spans cause=unreachable,result=err 5"]);
}

#[test]
fn a_remote_sampler_is_counted_too() {
    let agent = Endpoint::answering(200, r#"{"probabilisticSampling":{"samplingRate":0}}"#);
    let sampler = RemoteSampler::builder("seen").with_endpoint(agent.url("/sampling"));
    let sampler = sampler.with_refresh_interval(Duration::from_secs(3600)).build().unwrap();
    let stats = sampler.stats();
    while stats.updates() == 0 {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let config = Config::new("seen").with_sampler(sampler).with_collector_endpoint("http://127.0.0.1:9");
    let seen = observed(config, false, 1);
    assert_eq!(
        seen.get(2..),
        Some(&["sampler_queries result=ok 1".into(), "sampler_updates result=ok 1".into()][..])
    );
}
