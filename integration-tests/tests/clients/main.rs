//! The published clients of other languages, told by their own variables where the embedded backend is: each delivers its spans,
//! by every way it has, and they are shown.
//!
//! `REQUIRE_PEERS=1 cargo test -p integration-tests --test clients` sets the peers up; without it, those that are not set up are
//! named and left out.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../interop/note.rs"]
mod note;
mod way;

use std::{collections::BTreeSet, time::Duration};

use http::Request;
use integration_tests::{
    peers::ForeignHop,
    shown::{ShownSpan, ShownTag, ShownTrace},
    wait_for_trace,
};
use jaeger_backend::{Backend, Trace};
use jaeger_propagation::{Flags, Propagator, SpanContext, SpanId, TraceId};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use note::{Baggage, Note, assert_chain, own_item};
use way::{Way, agent, binary_agent, collector, otlp_grpc, otlp_http};

/// A client, and how it says of itself what it is.
struct Client {
    service: &'static str,
    process_tags: &'static [(&'static str, &'static str)],
    /// Whether it logs the baggage items that are set.
    logs_baggage: bool,
}

/// The hops of a trace through one service, which calls itself. Their spans are more than the client for Python puts into a packet.
const HOPS: usize = 6;

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: SpanContext = SpanContext {
    trace_id: TraceId::from_bytes(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes()),
    span_id: SpanId::from_bytes(0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()),
    parent_id: None,
    flags: Flags::SAMPLED,
};

const DEADLINE: Duration = Duration::from_secs(20);

const GO: Client = Client::jaeger("go", &[("jaeger.version", "Go-2.30.0")]);
const JAVA: Client = Client::jaeger("java", &[("jaeger.version", "Java-1.8.1")]);
const NODE: Client = Client::jaeger("node", &[("jaeger.version", "Node-3.19.0")]);
const PYTHON: Client = Client::jaeger("python", &[("jaeger.version", "Python-4.8.0")]);
const OTEL_GO: Client = Client::opentelemetry(
    "otel-go",
    &[("telemetry.sdk.name", "opentelemetry"), ("telemetry.sdk.language", "go")],
);
const OTEL_JS: Client = Client::opentelemetry(
    "otel-js",
    &[("telemetry.sdk.name", "opentelemetry"), ("telemetry.sdk.language", "nodejs")],
);

#[test]
fn jaeger_s_for_go() {
    delivers(&GO, collector);
    delivers(&GO, agent);
}

#[test]
fn jaeger_s_for_java() {
    delivers(&JAVA, collector);
    delivers(&JAVA, agent);
}

#[test]
fn jaeger_s_for_node() {
    delivers(&NODE, collector);
    delivers(&NODE, binary_agent);
}

#[test]
fn jaeger_s_for_python() {
    delivers(&PYTHON, agent);
}

#[test]
fn opentelemetry_s_for_go() {
    delivers(&OTEL_GO, |backend| otlp_http(backend, "http/protobuf"));
    delivers(&OTEL_GO, |backend| otlp_http(backend, "http/protobuf").with_gzip());
    delivers(&OTEL_GO, otlp_grpc);
    delivers(&OTEL_GO, |backend| otlp_grpc(backend).with_gzip());
}

#[test]
fn opentelemetry_s_for_javascript() {
    for protocol in ["http/json", "http/protobuf"] {
        delivers(&OTEL_JS, |backend| otlp_http(backend, protocol));
        delivers(&OTEL_JS, |backend| otlp_http(backend, protocol).with_gzip());
    }
    delivers(&OTEL_JS, otlp_grpc);
    delivers(&OTEL_JS, |backend| otlp_grpc(backend).with_gzip());
}

/// Each service sends what it has by another way, while it runs on.
#[test]
fn a_trace_through_all_of_jaeger_s() {
    let runtime = Runtime::new().unwrap();
    let backend = runtime.block_on(Backend::start()).unwrap();
    // Those for Go and Java read the baggage of all, and write a blank as `+`, which those for Node and Python take as it is.
    let clients = [
        (NODE, binary_agent(&backend)),
        (PYTHON, agent(&backend)),
        (JAVA, collector(&backend)),
        (GO, agent(&backend)),
    ];
    let started =
        clients.into_iter().filter_map(|(client, way)| Some((client.service, start(&client, &way)?)));
    let (services, hops): (Vec<_>, Vec<_>) = started.unzip();
    if services.is_empty() {
        return;
    }
    call(&hops.iter().collect::<Vec<_>>(), &services);
    let waiting = backend.wait_for_trace(TRACE_ID, spans_of(&services), DEADLINE);
    assert_eq!(runtime.block_on(waiting).unwrap().tree(), tree_of(&services));

    let mut calls: Vec<_> = services.windows(2).collect();
    calls.sort_unstable();
    let call = |call: &[&str]| json!({"parent": call[0], "child": call[1], "callCount": 1});
    let calls: Vec<_> = calls.into_iter().map(call).collect();
    assert_eq!(api(&backend, "dependencies"), json!(calls));
}

/// Calls a service that has what is needed to find the backend, and asserts what the backend shows of it.
#[track_caller]
fn delivers(client: &Client, way: impl Fn(&Backend) -> Way) {
    let runtime = Runtime::new().unwrap();
    let backend = runtime.block_on(Backend::start()).unwrap();
    let way = way(&backend);
    let Some(mut hop) = start(client, &way) else { return };
    let services = [client.service; HOPS];
    let notes = call(&[&hop; HOPS], &services);
    hop.finish();

    let waiting = backend.wait_for_trace(TRACE_ID, spans_of(&services), DEADLINE);
    let trace = runtime.block_on(waiting).unwrap_or_else(|error| panic!("{:?}: {error}", way.environment));
    assert_eq!(trace.tree(), tree_of(&services));
    assert_eq!(ids(&trace), ids_told(&notes));
    let stats = backend.store().stats();
    assert_eq!(stats.received_spans, spans_of(&services) as u64);
    assert_eq!((stats.dropped_spans, stats.refused_bodies, stats.bad_packets), (0, 0, 0));
    is_shown(&backend, client, way.format);
    runtime.block_on(backend.shutdown());
}

/// Starts a service with the variables that its user sets. What is none of its client's does nothing.
fn start(client: &Client, way: &Way) -> Option<ForeignHop> {
    let zone = "zone=north";
    let own =
        [("OTEL_SERVICE_NAME", client.service), ("OTEL_RESOURCE_ATTRIBUTES", zone), ("JAEGER_TAGS", zone)];
    let own = own.map(|(name, value)| (name, value.to_owned()));
    ForeignHop::start_with(client.service, &[&own[..], &way.environment].concat())
}

/// Sends a request through the hops, as a caller that has begun a trace.
fn call(hops: &[&ForeignHop], services: &[&str]) -> Vec<Note> {
    let urls: Vec<_> = hops.iter().map(|hop| hop.http_url()).collect();
    let plan = json!({"next": urls[1..]}).to_string();
    let mut request = Request::post(&urls[0]).header("content-type", "application/json").body(plan).unwrap();
    let item = ("customer", "Rachel's Floral Designs");
    Propagator::both().inject(Some(&CALLER), [item], request.headers_mut());
    let answer = ureq::run(request).unwrap().body_mut().read_to_string().unwrap();
    let notes: Vec<Note> = serde_json::from_str(&answer).unwrap();
    assert_chain(
        &notes,
        services,
        Baggage::from([item].map(|(key, value)| (key.to_owned(), value.to_owned()))),
    );
    assert_eq!(notes[0].trace_id, TRACE_ID);
    notes
}

/// Each has a server span, and but for the last one a client span.
fn spans_of(services: &[&str]) -> usize {
    2 * services.len() - 1
}

fn tree_of(services: &[&str]) -> String {
    let spans = services.iter().flat_map(|service| [(service, "hop"), (service, "call")]);
    let lines = spans.enumerate().take(spans_of(services));
    lines.map(|(depth, (service, name))| format!("{:1$}{service}: {name}\n", "", 2 * depth)).collect()
}

fn ids(trace: &Trace) -> BTreeSet<String> {
    trace.spans().iter().map(|span| format!("{:016x}", span.span.span_id)).collect()
}

fn ids_told(notes: &[Note]) -> BTreeSet<String> {
    notes
        .iter()
        .flat_map(|note| [Some(note.span_id.clone()), note.client_span_id.clone()])
        .flatten()
        .collect()
}

/// By the query API, which is what the page shows.
fn is_shown(backend: &Backend, client: &Client, format: &str) {
    assert_eq!(api(backend, "services"), json!([client.service]));
    let operations = json!([{"name": "call", "spanKind": "client"}, {"name": "hop", "spanKind": "server"}]);
    assert_eq!(api(backend, &format!("operations?service={}", client.service)), operations);
    let found = api(backend, &format!(r#"traces?service={}&tags={{"span.kind":"client"}}"#, client.service));
    assert_eq!(found[0]["traceID"], TRACE_ID);

    let spans = spans_of(&[client.service; HOPS]);
    let trace = ShownTrace::new(&wait_for_trace(&backend.query_url(), TRACE_ID, spans));
    let first = trace.roots().first();
    let path = std::iter::successors(first, |span| span.children.first());
    for (depth, span) in path.enumerate() {
        client.is_shown(span, depth, format);
    }
    assert_eq!(trace.count(), spans);
}

fn api(backend: &Backend, path: &str) -> Value {
    let path = path.replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
    let answer = ureq::get(format!("{}/api/{path}", backend.query_url())).call();
    let answer = answer.unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str::<Value>(&answer).unwrap()["data"].take()
}

// === impl Client ===

impl Client {
    const fn jaeger(service: &'static str, process_tags: &'static [(&'static str, &'static str)]) -> Self {
        Self { service, process_tags, logs_baggage: true }
    }

    const fn opentelemetry(
        service: &'static str,
        process_tags: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { service, process_tags, logs_baggage: false }
    }

    fn is_shown(&self, span: &ShownSpan, depth: usize, format: &str) {
        let is_server = depth.is_multiple_of(2);
        assert_eq!(span.tags.get("span.kind"), Some(if is_server { "server" } else { "client" }), "{span:?}");
        assert_eq!(span.tags.get("internal.span.format"), Some(format), "{span:?}");
        for (key, value) in self.process_tags.iter().chain(&[("zone", "north")]) {
            assert_eq!(span.process_tags.get(key), Some(*value), "{span:?}");
        }
        let parent = match depth {
            0 => &format!("CHILD_OF {}", CALLER.span_id),
            _ if is_server => "CHILD_OF call",
            _ => "CHILD_OF hop",
        };
        assert_eq!(span.references, [parent]);
        // The first one's parent is the caller's, which sends nothing.
        if depth > 0 {
            // Without the tag `ip` nobody knows that there is one clock, and the SDK for JavaScript starts spans at whole milliseconds.
            let mut warnings = span.warnings.iter();
            assert!(warnings.all(|warning| warning.starts_with("clock skew")), "{span:?}");
        }
        let (key, value) = own_item(self.service);
        let fields = [("event", "baggage"), ("key", &key), ("value", &value)];
        let fields = fields.map(|(key, value)| ShownTag::text(key, value));
        let tells = span.logs.iter().any(|log| fields.iter().all(|field| log.fields.contains(field)));
        assert_eq!(tells, is_server && self.logs_baggage, "{span:?}");
    }
}
