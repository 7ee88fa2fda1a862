//! Extract and inject, beside the propagators of others and a floor written by hand.
#![allow(deprecated, reason = "the deprecated propagator is one of them")]

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context,
    propagation::{TextMapCompositePropagator, TextMapPropagator},
};
use opentelemetry_peer::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use crate::{
    carriers::{HeaderExtractor, HeaderInjector},
    floor,
    table::Table,
};

/// What every request has anyway.
const ORDINARY: [(&str, &str); 6] = [
    ("host", "example.com"),
    ("user-agent", "curl/8.0"),
    ("accept", "*/*"),
    ("content-type", "application/json"),
    ("x-request-id", "4711"),
    ("accept-encoding", "gzip"),
];
const UBER: (&str, &str) = ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1");
const UBERCTX: [(&str, &str); 3] =
    [("uberctx-customer", "Trom%20Chocolatier"), ("uberctx-session", "4711"), ("uberctx-request", "4711-1")];
const W3C: [(&str, &str); 2] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("baggage", "customer=Trom%20Chocolatier,session=4711,request=4711-1"),
];

pub(crate) fn tables() -> Vec<Table> {
    vec![extract(), extract_little(), inject()]
}

/// A request with an `uber-trace-id` and three items of baggage; W3C's propagators get the same in their form.
fn extract() -> Table {
    let jaeger = headers(&[&[UBER][..], &UBERCTX].concat());
    let w3c = headers(&W3C);
    let (floor, alone, into, both, w3c_alone, pair, peer) =
        (jaeger.clone(), jaeger.clone(), jaeger.clone(), jaeger.clone(), w3c.clone(), w3c, jaeger);
    let (ours, ours_into, ours_both, ours_w3c) =
        (Propagator::new(), Propagator::new(), Propagator::both(), Propagator::w3c());
    let (sdk, old) = (sdk_pair(), opentelemetry_jaeger_propagator::Propagator::new());
    Table::new("Extract, 3 baggage items")
        .entry("into a Context: W3C pair of the SDK", move || {
            sdk.extract_with_context(&Context::new(), &HeaderExtractor(&pair))
        })
        .entry("into a Context: ours, jaeger", move || ours_into.extract(&into).into_context(&Context::new()))
        .entry("into a Context: ours, both", move || ours_both.extract(&both).into_context(&Context::new()))
        .entry("into a Context: ours, w3c", move || {
            ours_w3c.extract(&w3c_alone).into_context(&Context::new())
        })
        .entry("into a Context: opentelemetry-jaeger-propagator", move || {
            old.extract_with_context(&opentelemetry_peer::Context::new(), &HeaderExtractor(&peer))
        })
        .entry("values alone: ours, jaeger", move || ours.extract(&alone))
        .entry("values alone: the floor", move || floor::extract(&floor))
}

/// A request with an `uber-trace-id` and no baggage, and one without any trace.
fn extract_little() -> Table {
    let trace = headers(&[UBER]);
    let bare = headers(&[]);
    let (floor_trace, peer_trace, ours_trace) = (trace.clone(), trace.clone(), trace);
    let (floor_bare, peer_bare, sdk_bare, both_bare, ours_bare) =
        (bare.clone(), bare.clone(), bare.clone(), bare.clone(), bare);
    let (jaeger, nothing, both) = (Propagator::new(), Propagator::new(), Propagator::both());
    let (sdk, old, old_bare) = (
        sdk_pair(),
        opentelemetry_jaeger_propagator::Propagator::new(),
        opentelemetry_jaeger_propagator::Propagator::new(),
    );
    Table::new("Extract, no baggage")
        .entry("uber-trace-id alone: the floor", move || floor::extract(&floor_trace).0)
        .entry("uber-trace-id alone: ours", move || jaeger.extract(&ours_trace))
        .entry("uber-trace-id alone: opentelemetry-jaeger-propagator", move || {
            old.extract_with_context(&opentelemetry_peer::Context::new(), &HeaderExtractor(&peer_trace))
        })
        .entry("no trace header: the floor", move || floor::extract(&floor_bare).0)
        .entry("no trace header: ours, jaeger", move || nothing.extract(&ours_bare))
        .entry("no trace header: ours, both", move || both.extract(&both_bare))
        .entry("no trace header: W3C pair of the SDK", move || {
            sdk.extract_with_context(&Context::new(), &HeaderExtractor(&sdk_bare))
        })
        .entry("no trace header: opentelemetry-jaeger-propagator", move || {
            old_bare.extract_with_context(&opentelemetry_peer::Context::new(), &HeaderExtractor(&peer_bare))
        })
}

/// The same context into a request that has six headers of its own. Each clones those first; the first entry is what that costs.
fn inject() -> Table {
    let received = headers(&[&[UBER][..], &UBERCTX].concat());
    let context = Propagator::new().extract(&received).into_context(&Context::new());
    let old_context = opentelemetry_jaeger_propagator::Propagator::new()
        .extract_with_context(&opentelemetry_peer::Context::new(), &HeaderExtractor(&headers(&[UBER])));
    let (sdk, old) = (sdk_pair(), opentelemetry_jaeger_propagator::Propagator::new());
    let fresh = headers(&[]);
    let into_fresh = move |write: Box<dyn Fn(&mut HeaderMap)>| {
        let fresh = fresh.clone();
        move || {
            let mut headers = fresh.clone();
            write(&mut headers);
            headers
        }
    };
    let ours = |propagator: Propagator| {
        let context = context.clone();
        into_fresh(Box::new(move |headers| propagator.inject_from_context(&context, headers)))
    };
    let of_sdk = context.clone();
    Table::new("Inject, 3 baggage items")
        .entry("the clone alone", into_fresh(Box::new(|_| {})))
        .entry(
            "W3C pair of the SDK",
            into_fresh(Box::new(move |headers| sdk.inject_context(&of_sdk, &mut HeaderInjector(headers)))),
        )
        .entry("ours, jaeger", ours(Propagator::new()))
        .entry("ours, w3c", ours(Propagator::w3c()))
        .entry("ours, both", ours(Propagator::both()))
        .entry(
            "opentelemetry-jaeger-propagator, which has no baggage",
            into_fresh(Box::new(move |headers| {
                old.inject_context(&old_context, &mut HeaderInjector(headers));
            })),
        )
        .entry("the floor", into_fresh(Box::new(floor::inject)))
}

fn sdk_pair() -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
}

fn headers(more: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    ORDINARY.iter().chain(more).map(pair).collect()
}
