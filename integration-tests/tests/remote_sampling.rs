//! The remote sampler asks two releases of the real Jaeger, which write a strategy in two ways.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    thread,
    time::{Duration, Instant},
};

use integration_tests::{peers::RealJaeger, wait_for_trace};
use jaeger_client::{Config, ConstSampler, RemoteSampler, Sampler};
use opentelemetry::trace::{Span, TraceId, Tracer, TracerProvider};

/// A sampler of this service that has had an answer.
fn sampler(jaeger: &RealJaeger, service: &str) -> RemoteSampler {
    // Until then it would sample everything.
    let initial = ConstSampler::new(true);
    let sampler = RemoteSampler::builder(service).with_endpoint(jaeger.sampling_endpoint());
    let sampler = sampler.with_initial_sampler(initial).build().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while sampler.stats().updates() == 0 {
        assert!(Instant::now() < deadline, "{:?}", sampler.stats());
        thread::park_timeout(Duration::from_millis(5));
    }
    sampler
}

/// How many of 1,000 traces are sampled, whose ids are spread evenly, and by what.
fn sampled(sampler: &RemoteSampler, operation: &str) -> (usize, &'static str) {
    let ids = (0..1_000_u128).map(|index| TraceId::from((2 * index + 1) * u128::from(u64::MAX >> 1) / 2_000));
    let decisions = ids.map(|id| sampler.sample(id, operation)).filter(|decision| decision.is_sampled);
    let kinds: Vec<_> = decisions.map(|decision| decision.sampler_type).collect();
    (kinds.len(), kinds.first().copied().unwrap_or("none"))
}

fn check(jaeger: &RealJaeger) {
    let by_operation = sampler(jaeger, "by-operation");
    assert_eq!(sampled(&by_operation, "seldom"), (200, "probabilistic"));
    assert_eq!(sampled(&by_operation, "never"), (0, "none"));
    assert_eq!(sampled(&by_operation, "other"), (800, "probabilistic"));

    let (traces, kind) = sampled(&sampler(jaeger, "by-rate"), "any");
    // The first second's worth at once, and then as long as it takes.
    assert!((5..20).contains(&traces) && kind == "ratelimiting", "{traces} by {kind}");

    assert_eq!(sampled(&sampler(jaeger, "of no file"), "any"), (250, "probabilistic"));
}

#[test]
fn strategies_of_a_file_reach_the_sampler() {
    let Some(jaeger) = RealJaeger::start() else { return };
    check(&jaeger);
    stored_with_the_sampler_s_tags(&jaeger);
}

#[test]
fn and_so_they_do_from_v2() {
    let Some(jaeger) = RealJaeger::start_v2() else { return };
    check(&jaeger);
}

/// The whole way: Jaeger says how, the tracer samples so, and Jaeger shows by what.
fn stored_with_the_sampler_s_tags(jaeger: &RealJaeger) {
    let config = Config::new("by-rate").with_logger(|_| {}).with_sampler(sampler(jaeger, "by-rate"));
    let (provider, closer) = config.with_collector_endpoint(jaeger.collector_endpoint()).build().unwrap();
    let mut root = provider.tracer("test").start("root");
    let trace_id = root.span_context().trace_id().to_string();
    root.end();
    assert_eq!(closer.close(Duration::from_secs(5)).sent, 1);
    let shown = wait_for_trace(&jaeger.query_url(), &trace_id, 1);
    let tags = shown.pointer("/spans/0/tags").unwrap().as_array().unwrap();
    let value =
        |key: &str| tags.iter().find(|tag| tag.get("key").unwrap() == key).unwrap().get("value").cloned();
    assert_eq!(value("sampler.type"), Some("ratelimiting".into()));
    assert_eq!(value("sampler.param"), Some(5.into()));
}
