//! The golden vectors: what the real clients were given, and what we do with it.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a helper of a test fails it by panicking")]

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::{
    CarrierFormat, ExtractCarrier, ExtractError, Extracted, Flags, InjectCarrier as _, JaegerPropagator,
    SpanContext,
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    value.as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn header_map(headers: &[(String, String)]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    Some(map)
}

/// Headers with bytes that `http::HeaderMap` would not let through.
struct RawHeaders<'a>(&'a [(String, String)]);

impl ExtractCarrier for RawHeaders<'_> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn for_each<'c>(&'c self, visit: impl FnMut(&'c str, &'c [u8])) {
        self.0.for_each(visit);
    }
}

fn describe(result: &Result<Extracted, ExtractError>) -> Value {
    let Ok(extracted) = result else {
        return json!({"outcome": "malformed", "baggage": {}, "debug_id": null});
    };
    let baggage: Map<String, Value> = extracted.baggage.iter().map(|(k, v)| (k.into(), v.into())).collect();
    match (&extracted.span_context, &extracted.debug_id) {
        (Some(context), _) => json!({
            "outcome": "context",
            "trace_id": format!("{:032x}", u128::from_be_bytes(context.trace_id.to_bytes())),
            "span_id": context.span_id.to_string(),
            "parent_id": context.parent_id.map(|id| id.to_string()),
            "flags": context.flags.bits(),
            "sampled": context.flags.is_sampled(),
            "debug": context.flags.is_debug(),
            "firehose": context.flags.is_firehose(),
            "baggage": baggage,
            "debug_id": null,
        }),
        (None, Some(id)) => json!({"outcome": "root", "baggage": baggage, "debug_id": id, "flags": 3}),
        (None, None) if baggage.is_empty() => json!({"outcome": "none", "baggage": {}, "debug_id": null}),
        (None, None) => json!({"outcome": "root", "baggage": baggage, "debug_id": null}),
    }
}

#[test]
fn every_request_is_read_as_recommended() {
    let propagator = JaegerPropagator::new();
    for case in cases(include_str!("data/extract.json")) {
        let headers = pairs(&case["headers"]);
        let result = match case["format"].as_str() {
            Some("text") => propagator.extract(headers.as_slice()),
            _ => match header_map(&headers) {
                Some(map) => propagator.extract(&map),
                None => propagator.extract(&RawHeaders(&headers)),
            },
        };
        let mut expected = case["recommended"].clone();
        expected.as_object_mut().unwrap().remove("reason");
        assert_eq!(describe(&result), expected, "{}", case["name"]);
    }
}

#[test]
fn every_context_is_written_as_recommended() {
    let propagator = JaegerPropagator::new();
    for case in cases(include_str!("data/inject.json")) {
        let id = |name: &str| case["ctx"][name].as_str().filter(|text| !text.is_empty());
        let context = id("trace_id").zip(id("span_id")).map(|(trace_id, span_id)| SpanContext {
            trace_id: trace_id.parse().unwrap(),
            span_id: span_id.parse().unwrap(),
            parent_id: id("parent_id").map(|text| text.parse().unwrap()),
            flags: Flags::from_bits(u8::try_from(case["ctx"]["flags"].as_u64().unwrap()).unwrap()),
        });
        let baggage = pairs(&case["baggage"]);
        let baggage = baggage.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let headers: HashMap<String, String> = match case["format"].as_str() {
            Some("text") => {
                let mut headers = HashMap::new();
                propagator.inject(context.as_ref(), baggage, &mut headers);
                headers
            }
            _ => {
                let mut headers = HeaderMap::new();
                propagator.inject(context.as_ref(), baggage, &mut headers);
                headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned())).collect()
            }
        };
        assert_eq!(json!(headers), case["recommended"]["headers"], "{}", case["name"]);
    }
}

#[test]
fn a_forwarded_request_leaves_with_one_context() {
    let headers = header_map(&pairs(&json!([
        ["uber-trace-id", "1:2:0:1"],
        ["uber-trace-id", "1:2:0:1"],
        ["uberctx-old", "1"],
        ["uberctx-kept", "1"],
        ["jaeger-baggage", "by=hand"],
        ["jaeger-debug-id", "x"],
        ["accept", "*/*"]
    ])));
    let mut headers = headers.unwrap();
    let propagator = JaegerPropagator::new();
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
    let propagator = JaegerPropagator::new();
    let mut headers = HeaderMap::new();
    let mut grpc = jaeger_propagation::GrpcHeaders(&mut headers);
    grpc.set("uberctx-old", "1");
    propagator.inject(None, [("ok.key_1", "a b"), ("a+b", "1"), ("x-bin", "1"), ("é", "1")], &mut grpc);
    assert_eq!(headers.len(), 1);
    assert_eq!(headers["uberctx-ok.key_1"], "a%20b");
    assert_eq!(propagator.counters().baggage_skipped(), 3);
}

#[test]
fn what_is_refused_is_counted() {
    let propagator = JaegerPropagator::new();
    let refused = propagator
        .extract(&header_map(&pairs(&json!([["uber-trace-id", "junk"], ["uberctx-k", "v"]]))).unwrap());
    assert!(refused.is_err());
    let many: Vec<_> = (0..200).map(|i| (format!("uberctx-k{i}"), "v".to_owned())).collect();
    assert_eq!(propagator.extract(&header_map(&many).unwrap()).unwrap().baggage.len(), 180);
    assert_eq!((propagator.counters().malformed(), propagator.counters().baggage_dropped()), (1, 20));
}
