//! The sampler that asks Jaeger how to sample, by a real connection.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/endpoint.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod endpoint;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use endpoint::Endpoint;
use jaeger_client::{Config, ConstSampler, Decision, RemoteSampler, RemoteSamplerBuilder, Sampler};
use opentelemetry::trace::TraceId;

const MOST_UNLIKELY: u128 = (u64::MAX >> 1) as u128;
const OFTEN: Duration = Duration::from_millis(10);
const ALL: &str = r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}"#;

fn sampler_of(endpoint: &Endpoint) -> RemoteSamplerBuilder {
    RemoteSampler::builder("shop & more")
        .with_endpoint(endpoint.url("/sampling"))
        .with_refresh_interval(OFTEN)
}

fn decision(sampler: &RemoteSampler) -> Decision {
    sampler.sample(TraceId::from(MOST_UNLIKELY), "GET /")
}

/// Waits until the sampler says that of every trace.
fn wait_until(sampler: &RemoteSampler, is_wanted: impl Fn(Decision) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_wanted(decision(sampler)) {
        assert!(Instant::now() < deadline, "{:?}", decision(sampler));
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn the_endpoint_is_asked_at_once_and_told_which_service_and_what_is_set() {
    let endpoint = Endpoint::answering(200, ALL);
    let builder = sampler_of(&endpoint).with_refresh_interval(Duration::from_secs(3600));
    let sampler = builder.with_header("x-tenant", "blue").build().unwrap();
    let heads = endpoint.heads(1);
    assert!(heads.concat().starts_with("GET /sampling?service=shop%20%26%20more HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads.concat().contains("x-tenant: blue\r\n"), "{heads:?}");
    wait_until(&sampler, |decision| decision.is_sampled && decision.sampler_type == "probabilistic");
}

#[test]
fn until_there_is_an_answer_the_initial_sampler_decides() {
    let endpoint = Endpoint::answering(500, "not yet");
    let sampler = sampler_of(&endpoint).with_initial_sampler(ConstSampler::new(true)).build().unwrap();
    endpoint.wait_for_answers(2);
    assert_eq!((decision(&sampler).is_sampled, decision(&sampler).sampler_type), (true, "const"));
    endpoint.answer(200, r#"{"rateLimitingSampling":{"maxTracesPerSecond":0}}"#);
    wait_until(&sampler, |decision| decision.sampler_type == "ratelimiting");
    assert!(!decision(&sampler).is_sampled);
}

#[test]
fn the_last_good_strategy_is_kept_and_whoever_asks_is_told_once() {
    let endpoint = Endpoint::answering(200, ALL);
    let told = Arc::<Mutex<Vec<String>>>::default();
    let tell = Arc::clone(&told);
    let sampler = sampler_of(&endpoint)
        .with_on_change(move |result| {
            tell.lock().unwrap().push(result.map_or_else(str::to_owned, |()| "again".to_owned()));
        })
        .build()
        .unwrap();
    wait_until(&sampler, |decision| decision.is_sampled);
    for (status, body) in [(500, "collector  error:\nno strategies"), (200, "<html>"), (200, "{}"), (302, "")]
    {
        endpoint.answer(status, body);
        endpoint.wait_for_answers(2);
        assert!(decision(&sampler).is_sampled, "{status} {body}");
    }
    endpoint.answer(200, ALL);
    endpoint.wait_for_answers(2);
    let told = told.lock().unwrap().clone();
    let url = endpoint.url("/sampling");
    let failed =
        format!("GET {url} failed: status 500 Internal Server Error: collector error: no strategies");
    assert_eq!(told, [failed, "again".to_owned()]);
    let stats = sampler.stats();
    assert!(stats.queries() > stats.updates() && stats.updates() > 1, "{stats:?}");
    assert!(stats.failed_queries() >= 2 && stats.failed_updates() >= 2, "{stats:?}");
}

#[test]
fn nobody_asks_for_a_sampler_that_is_gone() {
    let endpoint = Endpoint::answering(200, ALL);
    let (provider, closer) = Config::new("shop")
        .with_logger(|_| {})
        .with_sampler(sampler_of(&endpoint).build().unwrap())
        .build()
        .unwrap();
    endpoint.heads(2);
    let _ = closer.close(Duration::from_secs(5));
    // One may have been under way.
    let after = endpoint.heads(2).len() + 1;
    std::thread::sleep(20 * OFTEN);
    assert!(endpoint.heads(2).len() <= after, "the closer ends it, though the provider is still there");
    drop(provider);
}

/// As in jaeger-client-go, and not a request after the other.
#[test]
fn an_interval_of_nothing_is_the_default() {
    let endpoint = Endpoint::answering(200, ALL);
    let sampler = sampler_of(&endpoint).with_refresh_interval(Duration::ZERO).build().unwrap();
    wait_until(&sampler, |decision| decision.is_sampled);
    std::thread::sleep(20 * OFTEN);
    assert_eq!(endpoint.heads(1).len(), 1);
}

#[test]
fn a_callback_that_panics_does_not_end_the_asking() {
    let endpoint = Endpoint::answering(500, "");
    let sampler = sampler_of(&endpoint).with_on_change(|_| panic!("in the callback")).build().unwrap();
    endpoint.wait_for_answers(3);
    endpoint.answer(200, ALL);
    wait_until(&sampler, |decision| decision.is_sampled);
}

#[test]
fn a_wrong_endpoint_is_an_error_and_shows_no_password() {
    let error = |url: &str| RemoteSampler::builder("a").with_endpoint(url).build().unwrap_err().to_string();
    assert_eq!(
        error("localhost:5778"),
        "expected a URL such as http://127.0.0.1:5778/sampling, found \"localhost:5778\""
    );
    assert!(!error("http://user:secret@host/").contains("secret"));
    let header = RemoteSampler::builder("a").with_header("a b", "secret").build().unwrap_err().to_string();
    assert_eq!(header, "the header \"a b\" or its value cannot be sent over HTTP");
}

#[test]
fn a_client_says_what_is_not_sampled_until_the_endpoint_answers() {
    let endpoint = Endpoint::answering(500, "");
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&lines);
    let config = Config::new("shop").with_logger(move |line| log.lock().unwrap().push(line.to_owned()));
    let settings = serde_json::from_str(&format!(
        r#"{{"sampler": {{"type": "remote", "param": 0, "samplingServerURL": "{}"}}}}"#,
        endpoint.url("/sampling")
    ));
    let (_provider, closer) = config.with_settings(settings.unwrap()).unwrap().build().unwrap();
    endpoint.heads(1);
    let _ = closer.close(Duration::from_secs(5));
    let url = endpoint.url("/sampling");
    let lines = lines.lock().unwrap();
    assert_eq!(
        *lines.first().unwrap(),
        format!(
            "jaeger: no trace is sampled before {url} has said how; JAEGER_SAMPLER_TYPE=const and JAEGER_SAMPLER_PARAM=1 sample every trace"
        )
    );
    let start = format!(
        "jaeger: service \"shop\" reports traces to http://localhost:14268/api/traces (sampler remote {url})"
    );
    assert!(lines.contains(&start), "{lines:?}");
}
