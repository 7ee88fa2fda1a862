//! The remote sampler asks two releases of the real Jaeger, which write a strategy in two ways, and the backend, which writes it in both.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    thread,
    time::{Duration, Instant},
};

use integration_tests::{peers::RealJaeger, wait_for_trace, workspace_root};
use jaeger_backend::{Backend, Listener};
use jaeger_client::{Config, ConstSampler, RemoteSampler, Sampler};
use opentelemetry::trace::{Span, TraceId, Tracer, TracerProvider};

/// A sampler of this service that has had an answer from there.
fn sampler(endpoint: &str, service: &str) -> RemoteSampler {
    // Until then it would sample everything.
    let initial = ConstSampler::new(true);
    let sampler = RemoteSampler::builder(service).with_endpoint(endpoint);
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

fn check(endpoint: &str) {
    let by_operation = sampler(endpoint, "by-operation");
    assert_eq!(sampled(&by_operation, "seldom"), (200, "probabilistic"));
    assert_eq!(sampled(&by_operation, "never"), (0, "none"));
    assert_eq!(sampled(&by_operation, "other"), (800, "probabilistic"));

    let (traces, kind) = sampled(&sampler(endpoint, "by-rate"), "any");
    // The first second's worth at once, and then as long as it takes.
    assert!((5..20).contains(&traces) && kind == "ratelimiting", "{traces} by {kind}");

    assert_eq!(sampled(&sampler(endpoint, "of no file"), "any"), (250, "probabilistic"));
}

#[test]
fn strategies_of_a_file_reach_the_sampler() {
    let Some(jaeger) = RealJaeger::start() else { return };
    check(&jaeger.sampling_endpoint());
    let (sampling, collector, query) =
        (jaeger.sampling_endpoint(), jaeger.collector_endpoint(), jaeger.query_url());
    stored_with_the_sampler_s_tags(&sampling, collector, &query);
}

#[test]
fn and_so_they_do_from_v2() {
    let Some(jaeger) = RealJaeger::start_v2() else { return };
    check(&jaeger.sampling_endpoint());
}

#[test]
fn and_so_they_do_from_the_backend_in_words_and_in_numbers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let strategies = workspace_root().join("integration-tests/peers/strategies.json");
    let backend = Backend::builder().with_sampling_strategies(strategies);
    let backend = runtime.block_on(backend.start()).unwrap();
    for path in ["/sampling", "/"] {
        check(&format!("http://{}{path}", backend.addr(Listener::Sampling)));
    }
    let sampling = format!("http://{}/api/sampling", backend.addr(Listener::Collector));
    stored_with_the_sampler_s_tags(&sampling, backend.collector_endpoint(), &backend.query_url());
    runtime.block_on(backend.shutdown());
}

/// The whole way: Jaeger says how, the tracer samples so, and Jaeger shows by what.
fn stored_with_the_sampler_s_tags(sampling: &str, collector: String, query: &str) {
    let config = Config::new("by-rate").with_logger(|_| {}).with_sampler(sampler(sampling, "by-rate"));
    let (provider, closer) = config.with_collector_endpoint(collector).build().unwrap();
    let mut root = provider.tracer("test").start("root");
    let trace_id = root.span_context().trace_id().to_string();
    root.end();
    assert_eq!(closer.close(Duration::from_secs(5)).sent, 1);
    let shown = wait_for_trace(query, &trace_id, 1);
    let tags = shown.pointer("/spans/0/tags").unwrap().as_array().unwrap();
    let value =
        |key: &str| tags.iter().find(|tag| tag.get("key").unwrap() == key).unwrap().get("value").cloned();
    assert_eq!(value("sampler.type"), Some("ratelimiting".into()));
    assert_eq!(value("sampler.param"), Some(5.into()));
}
