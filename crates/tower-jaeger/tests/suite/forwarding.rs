//! Requests that already carry somebody's trace headers: a proxy that copies what came, a retry, forwarded gRPC metadata.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::convert::Infallible;

use crate::support::{Traced, request};
use http::{HeaderMap, Request, Response};
use jaeger_propagation::{Format, Propagator, SpanContext};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{ClientLayer, ServerLayer};

/// One trace in every format, as a caller sends it that speaks them all.
const CALLER: [(&str, &str); 11] = [
    ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1"),
    ("uberctx-customer", "731"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
    ("baggage", "customer=731;p=1,Session=4711"),
    ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"),
    ("x-b3-traceid", "4bf92f3577b34da6a3ce929d0e0e4736"),
    ("x-b3-spanid", "00f067aa0ba902b7"),
    ("x-b3-parentspanid", "1"),
    ("x-b3-sampled", "1"),
    ("jaeger-debug-id", "ignored beside a trace"),
];

/// What leaves a proxy that copies every header of its caller into its own call.
async fn forwarded(traced: &Traced, propagator: &Propagator, headers: &[(&str, &str)]) -> HeaderMap {
    let echo = service_fn(async |request: Request<String>| {
        let headers = request.headers().clone();
        Ok::<_, Infallible>(Response::builder().extension(headers).body(String::new()).unwrap())
    });
    let proxy = ServiceBuilder::new()
        .layer(ServerLayer::with_tracer(traced.tracer()).with_propagator(propagator.clone()))
        .layer(ClientLayer::with_tracer(traced.tracer()).with_propagator(propagator.clone()))
        .service(echo);
    let response = proxy.oneshot(request("POST", "/a.B/C", headers)).await.unwrap();
    response.extensions().get::<HeaderMap>().unwrap().clone()
}

/// The contexts in a request, each format asked alone.
fn contexts(headers: &HeaderMap) -> Vec<(Format, SpanContext)> {
    let read = |format| Some((format, alone(format).extract(headers).span_context?));
    Format::ALL.into_iter().filter_map(read).collect()
}

fn alone(format: Format) -> Propagator {
    Propagator::new().with_extract_order([format])
}

#[tokio::test]
async fn a_forwarded_request_leaves_with_exactly_one_context() {
    let grpc = ("content-type", "application/grpc");
    for (propagator, formats) in [
        (Propagator::new(), &[Format::Jaeger][..]),
        (Propagator::both(), &[Format::Jaeger, Format::W3c]),
        (Propagator::w3c(), &[Format::W3c]),
        (Propagator::as_received(), &Format::ALL),
    ] {
        for samples in [true, false] {
            for headers in [CALLER.to_vec(), [&CALLER[..], &[grpc]].concat()] {
                let traced = Traced::sampling(samples);
                let left = forwarded(&traced, &propagator, &headers).await;
                let found = contexts(&left);
                assert_eq!(found.iter().map(|(format, _)| *format).collect::<Vec<_>>(), formats, "{left:?}");
                let (_, context) = found[0];
                assert!(found.iter().all(|(_, other)| other.span_id == context.span_id), "{left:?}");
                assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
                assert_ne!(context.span_id.to_string(), "00f067aa0ba902b7", "the caller's is not ours");
                assert!(left.keys().all(|name| left.get_all(name).iter().count() == 1), "{left:?}");
                assert!(!left.contains_key("jaeger-debug-id"));
                let w3c_state = formats.contains(&Format::W3c).then_some("vendor=1");
                assert_eq!(left.get("tracestate").map(|state| state.to_str().unwrap()), w3c_state);
                assert!(!left.contains_key("x-b3-parentspanid"), "it was the caller's: {left:?}");
                let baggage = alone(found[0].0).extract(&left).baggage;
                assert_eq!(baggage.get("customer"), Some("731"), "{left:?}");
            }
        }
    }
}

#[tokio::test]
async fn baggage_of_w3c_crosses_to_jaeger_and_back() {
    let traced = Traced::new();
    let reads_w3c = Propagator::new().with_extract_order([Format::W3c]);
    let left = forwarded(&traced, &reads_w3c, &CALLER).await;
    assert_eq!(
        (&left["uberctx-customer"], &left["uberctx-session"]),
        (&"731".parse().unwrap(), &"4711".parse().unwrap())
    );
    assert!(!left.contains_key("baggage"), "it has gone over: {left:?}");

    let writes_w3c = Propagator::new().with_inject_formats([Format::W3c]);
    let left = forwarded(&traced, &writes_w3c, &CALLER[..2]).await;
    assert_eq!(left["baggage"], "customer=731");
    assert!(!left.contains_key("uberctx-customer"), "it has gone over: {left:?}");
}

#[tokio::test]
async fn what_w3c_has_and_jaeger_has_not_stays_through_a_service_that_speaks_both() {
    let left = forwarded(&Traced::new(), &Propagator::both(), &CALLER).await;
    let mut members: Vec<_> = left["baggage"].to_str().unwrap().split(',').collect();
    members.sort_unstable();
    assert_eq!(members, ["Session=4711", "customer=731;p=1"], "properties, and capitals in a key");
    assert_eq!(left["uberctx-session"], "4711");
}

#[tokio::test]
async fn baggage_of_a_format_that_is_not_spoken_is_not_ours_to_touch() {
    let left = forwarded(&Traced::new(), &Propagator::new(), &CALLER).await;
    assert_eq!(left["baggage"], "customer=731;p=1,Session=4711");
}

#[tokio::test]
async fn without_a_tracer_a_forwarded_trace_passes_whole() {
    let echo = service_fn(async |request: Request<String>| {
        let headers = request.headers().clone();
        Ok::<_, Infallible>(Response::builder().extension(headers).body(String::new()).unwrap())
    });
    let client = ServiceBuilder::new().layer(ClientLayer::new()).service(echo);
    let response = client.oneshot(request("GET", "/", &CALLER)).await.unwrap();
    let left = response.extensions().get::<HeaderMap>().unwrap();
    for (name, value) in CALLER {
        assert_eq!(left[name], value);
    }
}
