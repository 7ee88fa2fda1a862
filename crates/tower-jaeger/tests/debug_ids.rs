//! `jaeger-debug-id`: a debug trace against the sampler's will, where that is allowed.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/sdk.rs"]
mod engine;
mod support;

use std::convert::Infallible;

use http::{Request, Response};
use jaeger_client::{Config, ConstSampler};
use jaeger_exporter::flags_of;
use jaeger_propagation::Propagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use support::{request, tag};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, DebugIds, Filter, ServerLayer};

/// What a service whose sampler always says no makes of requests: its spans, and what it sends on.
async fn served(
    debug_ids: DebugIds,
    propagator: &Propagator,
    requests: &[&[(&str, &str)]],
) -> (Vec<SpanData>, Vec<String>) {
    let spans = InMemorySpanExporter::default();
    let config = Config::new("a").with_logger(|_| {}).with_sampler(ConstSampler::new(false));
    let (provider, _closer) = config.with_exporter("memory", spans.clone()).build_sdk().unwrap();
    let echo = service_fn(async |request: Request<String>| {
        let sent = request.headers()["uber-trace-id"].to_str().unwrap().to_owned();
        Ok::<_, Infallible>(Response::builder().extension(sent).body(String::new()).unwrap())
    });
    let tracer = provider.tracer("test");
    let server = ServerLayer::with_tracer(tracer.clone()).with_propagator(propagator.clone());
    let service = ServiceBuilder::new()
        .layer(server.with_debug_ids(debug_ids))
        .layer(ClientLayer::with_tracer(tracer))
        .service(echo);
    let mut sent = Vec::new();
    for headers in requests {
        let response = service.clone().oneshot(request("GET", "/", headers)).await.unwrap();
        sent.push(response.extensions().get::<String>().unwrap().clone());
    }
    provider.force_flush().unwrap();
    (spans.get_finished_spans().unwrap(), sent)
}

#[tokio::test]
async fn a_debug_id_starts_a_debug_trace_that_the_next_hop_and_the_exporter_see() {
    let why = ("jaeger-debug-id", "why%20is%20it%20slow");
    let (spans, sent) = served(DebugIds::default(), &Propagator::new(), &[&[why]]).await;
    let flags: Vec<_> = spans.iter().map(|span| (span.name.as_ref(), flags_of(span).bits())).collect();
    assert_eq!(flags, [("HTTP GET", 3), ("HTTP GET", 3)], "the client span and the server span");
    assert!(sent[0].ends_with(":0:3"), "{sent:?}");
    let root =
        spans.iter().find(|span| !span.parent_span_is_remote && tag(span, "jaeger-debug-id").is_some());
    assert_eq!(tag(root.unwrap(), "jaeger-debug-id"), Some("why is it slow".into()));
}

#[tokio::test]
async fn a_very_long_debug_id_is_cut_like_any_tag() {
    let long = "é".repeat(1000);
    let (spans, _) = served(DebugIds::default(), &Propagator::new(), &[&[("jaeger-debug-id", &long)]]).await;
    let found = spans.iter().find_map(|span| tag(span, "jaeger-debug-id")).unwrap();
    assert_eq!(found.to_string(), "é".repeat(128));
}

#[tokio::test]
async fn beside_a_trace_a_debug_id_is_nothing() {
    let headers = [("uber-trace-id", "7b:1c8:0:0"), ("jaeger-debug-id", "x")];
    let (spans, sent) = served(DebugIds::unlimited(), &Propagator::new(), &[&headers]).await;
    assert!(spans.is_empty() && sent[0].ends_with(":0:0"), "{spans:?} {sent:?}");
}

#[tokio::test]
async fn where_it_is_ignored_the_sampler_decides_and_it_is_counted() {
    let propagator = Propagator::new();
    let headers = [("jaeger-debug-id", "x"), ("uberctx-k", "v")];
    let (spans, sent) = served(DebugIds::ignored(), &propagator, &[&headers]).await;
    assert!(spans.is_empty() && sent[0].ends_with(":0:0"), "{spans:?} {sent:?}");
    assert_eq!(propagator.counters().debug_ids_refused(), 1);
}

#[tokio::test]
async fn over_the_limit_the_sampler_decides_and_it_is_counted() {
    let propagator = Propagator::new();
    let debug: &[(&str, &str)] = &[("jaeger-debug-id", "x")];
    // All of them would be granted if this took 49 seconds.
    let (spans, _) = served(DebugIds::per_second(1), &propagator, &[debug; 50]).await;
    let granted = spans.iter().filter(|span| tag(span, "jaeger-debug-id").is_some()).count() as u64;
    assert!((1..50).contains(&granted), "{granted}");
    assert_eq!(granted + propagator.counters().debug_ids_refused(), 50);
}

#[tokio::test]
async fn a_request_that_the_filter_leaves_out_starts_no_debug_trace() {
    let config = Config::new("a").with_logger(|_| {}).with_sampler(ConstSampler::new(false));
    let spans = InMemorySpanExporter::default();
    let (provider, _closer) = config.with_exporter("memory", spans.clone()).build_sdk().unwrap();
    let tracer = provider.tracer("test");
    let echo = service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
    let propagator = Propagator::new();
    let server = ServerLayer::with_tracer(tracer.clone())
        .with_filter(Filter::not_paths(["/health"]))
        .with_debug_ids(DebugIds::per_second(1))
        .with_propagator(propagator.clone());
    let service = ServiceBuilder::new().layer(server).layer(ClientLayer::with_tracer(tracer)).service(echo);
    let debug = [("jaeger-debug-id", "x")];
    service.clone().oneshot(request("GET", "/health", &debug)).await.unwrap();
    provider.force_flush().unwrap();
    assert!(spans.get_finished_spans().unwrap().is_empty());
    assert_eq!(propagator.counters().debug_ids_refused(), 1);
    service.oneshot(request("GET", "/", &debug)).await.unwrap();
    provider.force_flush().unwrap();
    assert_eq!(spans.get_finished_spans().unwrap().len(), 2, "the one grant is still there");
}
