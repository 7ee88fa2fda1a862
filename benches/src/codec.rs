//! Extract and inject, beside OpenTelemetry's W3C propagators.

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapCompositePropagator, TextMapPropagator},
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use crate::table::Table;

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

pub(crate) fn table() -> Table {
    let jaeger = Propagator::new;
    let w3c = || -> TextMapCompositePropagator {
        TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ])
    };
    let (bare, trace) = (headers(&[]), headers(&[UBER]));
    let baggage = headers(&[&[UBER][..], &UBERCTX].concat());
    let both = headers(&W3C);

    let (nothing, alone, three, direct, pair) = (jaeger(), jaeger(), jaeger(), jaeger(), w3c());
    let context = three.extract(&baggage).into_context(&Context::new());
    let w3c_context = context.clone();
    let (inject, w3c_inject) = (jaeger(), w3c());
    let (fresh, w3c_fresh) = (headers(&[]), headers(&[]));
    let three_headers = baggage.clone();

    Table::new("Codec")
        .entry("extract: no trace header", move || nothing.extract(&bare))
        .entry("extract: uber-trace-id alone", move || alone.extract(&trace))
        .entry("extract: uber-trace-id, 3 baggage items", move || direct.extract(&baggage))
        .entry("extract: the same, into a Context", move || {
            three.extract(&three_headers).into_context(&Context::new())
        })
        .entry("extract: W3C pair of the SDK, 3 items, into a Context", move || {
            pair.extract_with_context(&Context::new(), &HeaderExtractor(&both))
        })
        .entry("clone of the headers to inject into", {
            let fresh = fresh.clone();
            move || fresh.clone()
        })
        .entry("inject: uber-trace-id, 3 baggage items, with clone", move || {
            let mut headers = fresh.clone();
            inject.inject_from_context(&context, &mut headers);
            headers
        })
        .entry("inject: W3C pair of the SDK, 3 items, with clone", move || {
            let mut headers = w3c_fresh.clone();
            w3c_inject.inject_context(&w3c_context, &mut HeaderInjector(&mut headers));
            headers
        })
}

fn headers(more: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    ORDINARY.iter().chain(more).map(pair).collect()
}

struct HeaderExtractor<'a>(&'a HeaderMap);

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeaderInjector<'a>(&'a mut HeaderMap);

impl Injector for HeaderInjector<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_str(&value))
        {
            self.0.insert(name, value);
        }
    }
}
