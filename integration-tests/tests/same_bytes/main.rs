//! The same bytes, sent to the backend and to the real Jaeger v1.62.0, look the same in both.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod compared;
mod otlp;
mod thrift;
mod zipkin;

use std::{
    collections::BTreeMap,
    net::UdpSocket,
    thread,
    time::{Duration, Instant},
};

use integration_tests::peers::RealJaeger;
use jaeger_backend::{Backend, Listener};
use serde_json::Value;

use compared::{NO_FIELDS_OF_GO, Permitted, assert_same};

/// Where bytes are sent, and as what.
#[derive(Clone, Copy, Debug)]
enum Door {
    Collector,
    Agent,
    BinaryAgent,
    ZipkinAgent,
    /// The content type.
    Otlp(&'static str),
    /// The path, and the content type.
    Zipkin(&'static str, &'static str),
}

/// What is sent.
struct Sent {
    door: Door,
    bytes: Vec<u8>,
}

impl Sent {
    fn new(door: Door, bytes: impl Into<Vec<u8>>) -> Self {
        Self { door, bytes: bytes.into() }
    }
}

/// Sends the same to both, and compares all traces field by field.
#[track_caller]
fn assert_shown_alike(permitted: &[Permitted], sent: &[Sent]) {
    let Some(real) = RealJaeger::start() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = runtime.block_on(Backend::start()).unwrap();
    for Sent { door, bytes } in sent {
        send(*door, bytes, |listener| ours.addr(listener).to_string());
        send(*door, bytes, |listener| real_address(&real, listener));
    }
    let spans = |backend: &Backend| -> usize {
        backend.store().traces().iter().map(|trace| trace.spans().len()).sum()
    };
    settled(|| spans(&ours));
    let ids: Vec<_> = ours.store().traces().iter().map(|trace| trace.id().to_string()).collect();
    assert!(!ids.is_empty(), "nothing came");
    let stats = ours.store().stats();
    let lost = (stats.dropped_spans, stats.evicted_traces, stats.refused_bodies, stats.bad_packets);
    assert_eq!(lost, (0, 0, 0, 0), "ours has lost what the other may show: {stats:?}");
    let all = |query: &str| -> BTreeMap<String, Value> {
        ids.iter().map(|id| (id.clone(), trace(query, id))).collect()
    };
    let count = |traces: &BTreeMap<String, Value>| -> usize {
        traces.values().map(|trace| trace["spans"].as_array().map_or(0, Vec::len)).sum()
    };
    settled(|| count(&all(&real.query_url())));
    assert_same(permitted, &all(&ours.query_url()), &all(&real.query_url()));
    runtime.block_on(ours.shutdown());
}

fn real_address(real: &RealJaeger, listener: Listener) -> String {
    let address = |url: String| url.split('/').nth(2).unwrap_or_default().to_owned();
    match listener {
        Listener::Collector => address(real.collector_endpoint()),
        Listener::Agent => real.agent(),
        Listener::AgentBinary => real.binary_agent(),
        Listener::AgentZipkin => real.zipkin_agent(),
        Listener::OtlpHttp => address(real.otlp_endpoint()),
        Listener::Zipkin => real.zipkin(),
        _ => panic!("nothing is sent to {listener}"),
    }
}

/// Sends bytes to a door, and expects them to be taken in.
#[track_caller]
fn send(door: Door, bytes: &[u8], address: impl Fn(Listener) -> String) {
    let udp = |listener| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(bytes, address(listener)).unwrap();
    };
    let post = |listener, path: &str, content_type: &str| {
        let url = format!("http://{}{path}", address(listener));
        let answer = ureq::post(&url).header("content-type", content_type).send(bytes);
        answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    };
    match door {
        Door::Collector => post(Listener::Collector, "/api/traces", "application/x-thrift"),
        Door::Agent => udp(Listener::Agent),
        Door::BinaryAgent => udp(Listener::AgentBinary),
        Door::ZipkinAgent => udp(Listener::AgentZipkin),
        Door::Otlp(content_type) => post(Listener::OtlpHttp, "/v1/traces", content_type),
        Door::Zipkin(path, content_type) => post(Listener::Zipkin, path, content_type),
    }
}

/// Waits until a number that is not 0 stays the same for a while.
fn settled(number: impl Fn() -> usize) {
    let started = Instant::now();
    let mut last = (0, Instant::now());
    while last.0 == 0 || last.1.elapsed() < Duration::from_millis(300) {
        assert!(started.elapsed() < Duration::from_secs(15), "nothing came");
        let now = number();
        if now != last.0 {
            last = (now, Instant::now());
        }
        thread::park_timeout(Duration::from_millis(20));
    }
}

fn trace(query_url: &str, id: &str) -> Value {
    let answer = ureq::get(format!("{query_url}/api/traces/{id}")).call();
    let answer = answer.ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
    let mut answer: Value = serde_json::from_str(&answer.unwrap_or_default()).unwrap_or_default();
    answer.pointer_mut("/data/0").map(Value::take).unwrap_or_default()
}
