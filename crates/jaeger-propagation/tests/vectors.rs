//! The golden vectors: what the real clients were given, and what we do with it.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a helper of a test fails it by panicking")]

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::{
    BaggageDrop, Flags, Format, InjectCarrier as _, MalformedPart, Propagator, SpanContext,
};
use serde_json::Value;

#[allow(dead_code, unreachable_pub, reason = "a program of its own; here its two functions are used")]
#[path = "../examples/vectors.rs"]
mod runner;

fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_request_is_read_as_recommended() {
    let propagator = Propagator::new();
    for case in cases(include_str!("data/extract.json")) {
        let mut found = runner::extract(&propagator, &case).unwrap();
        let error = found.as_object_mut().unwrap().remove("error");
        let mut expected = case["recommended"].clone();
        // A hint for people, not a text to match.
        let reason = expected.as_object_mut().unwrap().remove("reason");
        assert_eq!(found, expected, "{}", case["name"]);
        assert_eq!(error.is_some(), reason.is_some(), "{}", case["name"]);
    }
}

#[test]
fn every_context_is_written_as_recommended() {
    let propagator = Propagator::new();
    for case in cases(include_str!("data/inject.json")) {
        assert_eq!(runner::inject(&propagator, &case).unwrap(), case["recommended"], "{}", case["name"]);
    }
}

fn headers<const N: usize>(pairs: [(&'static str, &str); N]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    map
}

#[test]
fn a_forwarded_request_leaves_with_one_context() {
    let mut headers = headers([
        ("uber-trace-id", "1:2:0:1"),
        ("uber-trace-id", "1:2:0:1"),
        ("uberctx-old", "1"),
        ("uberctx-kept", "1"),
        ("jaeger-baggage", "by=hand"),
        ("jaeger-debug-id", "x"),
        ("accept", "*/*"),
    ]);
    let propagator = Propagator::new();
    let context = SpanContext::new(3.into(), 4.into(), Flags::NONE);
    propagator.inject(Some(&context), [("kept", "2")], &mut headers);
    let mut left: Vec<_> = headers.iter().map(|(k, v)| format!("{k}: {}", v.to_str().unwrap())).collect();
    left.sort();
    assert_eq!(
        left,
        ["accept: */*", "uber-trace-id: 0000000000000003:0000000000000004:0:0", "uberctx-kept: 2"]
    );
}

#[test]
fn a_key_that_grpc_cannot_carry_is_skipped_and_counted() {
    let propagator = Propagator::new();
    let mut headers = HeaderMap::new();
    let mut grpc = jaeger_propagation::GrpcHeaders(&mut headers);
    grpc.set("uberctx-old", "1");
    propagator.inject(None, [("ok.key_1", "a b"), ("a+b", "1"), ("x-bin", "1"), ("é", "1")], &mut grpc);
    assert_eq!(headers.len(), 1);
    assert_eq!(headers["uberctx-ok.key_1"], "a%20b");
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::UnsendableKey), 3);
}

#[test]
fn a_carrier_that_is_full_is_no_panic() {
    let propagator = Propagator::both();
    let name = |index| HeaderName::try_from(format!("x-{index}")).unwrap();
    let mut full: HeaderMap = (0..24_576).map(|index| (name(index), HeaderValue::from_static("v"))).collect();
    let context = SpanContext::new(3.into(), 4.into(), Flags::SAMPLED);
    propagator.inject(Some(&context), [("k", "v")], &mut full);
    assert!(!full.contains_key("uber-trace-id"));
    let counters = propagator.counters();
    assert_eq!((counters.injected(Format::Jaeger), counters.injected(Format::W3c)), (0, 0));
    assert_eq!(counters.baggage_dropped(BaggageDrop::CarrierFull), 2, "once for each format");

    let long = "k".repeat(70_000);
    Propagator::new().inject(None, [(long.as_str(), "v")], &mut HeaderMap::new());
    propagator.inject(None, [(long.as_str(), "v")], &mut HeaderMap::new());
    assert_eq!(counters.baggage_dropped(BaggageDrop::CarrierFull), 3);
    assert_eq!(counters.baggage_dropped(BaggageDrop::TooManyBytes), 1, "of W3C's one header");
}

#[test]
fn what_is_refused_is_counted() {
    let propagator = Propagator::new();
    let refused = propagator.extract(&headers([("uber-trace-id", "junk"), ("uberctx-k", "v")])).refused;
    assert_eq!(refused.map(|error| error.part()), Some(MalformedPart::Structure));
    let name = |index| HeaderName::try_from(format!("uberctx-k{index}")).unwrap();
    let many: HeaderMap = (0..200).map(|index| (name(index), HeaderValue::from_static("v"))).collect();
    assert_eq!(propagator.extract(&many).baggage.len(), 180);
    let counters = propagator.counters();
    assert_eq!(counters.malformed(Format::Jaeger, MalformedPart::Structure), 1);
    assert_eq!(counters.baggage_dropped(BaggageDrop::TraceRefused), 1);
    assert_eq!(counters.baggage_dropped(BaggageDrop::TooManyItems), 20);
}
