//! What the backend holds out: `cargo run --release -p jaeger-backend --example load`.
//!
//! Spans of ten tags and a log are sent to each door by two clients of this process for some seconds, and counted as they are taken in;
//! then 100,000 spans are searched. The clients send bytes that they have made before, so that nearly all of the time is the backend's.
#![allow(clippy::unwrap_used, reason = "a measurement that fails is to stop")]

use std::{
    fs,
    net::UdpSocket,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use jaeger_backend::{Backend, Listener};
use jaeger_thrift::{
    Batch, BatchHead, Binary, Compact, Log, Process, Span, Tag, TagValue, encode_process, write_emit_batch,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span as OtelSpan, span::Event},
};
use prost::Message;
use serde_json::json;
use tokio::runtime::Runtime;

const CLIENTS: usize = 2;
const TIME: Duration = Duration::from_secs(4);
/// Of traces of their own, sent again and again: 100,000 spans.
const BATCHES: i64 = 1_000;
const SPANS_IN_BATCH: i64 = 100;
const START: i64 = 1_795_333_714_000_000;

const TAGS: [(&str, &str); 10] = [
    ("span.kind", "server"),
    ("http.method", "GET"),
    ("http.url", "http://127.0.0.1:8080/dispatch?customer=123"),
    ("http.status_code", "200"),
    ("component", "net/http"),
    ("peer.service", "customer"),
    ("customer", "Rachel's Floral Designs"),
    ("request", "4711-1"),
    ("sampler.type", "const"),
    ("sampler.param", "true"),
];

/// Sends to a backend until it is told to stop.
type Client<'c> = &'c (dyn Fn(&Backend, &AtomicBool) + Sync);

fn main() {
    let runtime = Runtime::new().unwrap();
    search(&runtime);
    println!("\n{:<34} {:>10} {:>14}", "door", "spans/s", "CPU µs a span");
    type Encode = fn(i64) -> Vec<u8>;
    let doors: [(_, _, _, _, Encode); 4] = [
        ("Thrift, HTTP", Listener::Collector, "/api/traces", "application/x-thrift", |number| {
            batch(number).encode::<Binary>()
        }),
        ("OTLP, HTTP, protobuf", Listener::OtlpHttp, "/v1/traces", "application/x-protobuf", |number| {
            otlp(number).encode_to_vec()
        }),
        ("OTLP, HTTP, JSON", Listener::OtlpHttp, "/v1/traces", "application/json", |number| {
            serde_json::to_vec(&otlp(number)).unwrap()
        }),
        ("Zipkin, HTTP, JSON", Listener::Zipkin, "/api/v2/spans", "application/json", zipkin),
    ];
    for (what, listener, path, content_type, encode) in doors {
        let bodies: Vec<_> = (0..BATCHES).map(encode).collect();
        measure(&runtime, what, &|backend, stop| {
            let url = format!("http://{}{path}", backend.addr(listener));
            let agent = ureq::Agent::new_with_defaults();
            for body in bodies.iter().cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
                agent.post(&url).header("content-type", content_type).send(body).unwrap();
            }
        });
    }
    let packets: Vec<_> = (0..BATCHES).map(packet).collect();
    measure(&runtime, "Thrift, UDP, of more than it takes", &|backend, stop| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        for packet in packets.iter().cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
            socket.send_to(packet, backend.agent_addr()).unwrap();
        }
    });
}

/// Spans per second of all clients together, and the processor's time for one, clients included.
fn measure(runtime: &Runtime, what: &str, client: Client<'_>) {
    let backend = runtime.block_on(Backend::start()).unwrap();
    let stop = AtomicBool::new(false);
    let (spans, seconds, cpu) = thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| client(&backend, &stop));
        }
        let (start, cpu) = (Instant::now(), cpu_seconds());
        thread::sleep(TIME);
        let spans = backend.store().stats().received_spans;
        let measured = (spans, start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        stop.store(true, Ordering::Relaxed);
        measured
    });
    let spans = spans as f64;
    println!("{what:<34} {:>10.0} {:>14.2}", spans / seconds, cpu * 1e6 / spans);
    runtime.block_on(backend.shutdown());
}

/// How long answers take with 100,000 spans in memory: 10,000 traces of ten.
fn search(runtime: &Runtime) {
    let backend = runtime.block_on(Backend::start()).unwrap();
    for number in 0..BATCHES {
        let request = ureq::post(backend.collector_endpoint()).header("content-type", "application/x-thrift");
        request.send(batch(number).encode::<Binary>()).unwrap();
    }
    let stats = backend.store().stats();
    let (spans, traces, mib) = (stats.received_spans, stats.kept_traces, stats.kept_bytes >> 20);
    println!("\n{spans} spans, {traces} traces, {mib} MiB by the estimate, {} MiB resident", resident_mib());
    println!("{:<58} {:>10} {:>10}", "answer", "median ms", "p99 ms");
    for path in [
        "/api/services",
        "/api/operations?service=load",
        "/api/traces/1",
        "/api/traces?service=load&limit=20",
        "/api/traces?service=load&operation=operation%203&limit=20",
        "/api/traces?service=load&tag=http.status_code:200&limit=20",
        "/api/traces?service=load&tag=nothing:such&limit=20",
        "/api/traces?service=load&minDuration=1h",
        "/api/dependencies",
    ] {
        let url = format!("{}{path}", backend.query_url());
        let ask = |_| {
            let start = Instant::now();
            let mut answer = ureq::get(&url).call().unwrap();
            answer.body_mut().read_to_vec().unwrap();
            start.elapsed().as_secs_f64() * 1e3
        };
        let mut times: Vec<_> = (0..200).map(ask).collect();
        times.sort_by(f64::total_cmp);
        let at = |part: usize| times.get(part * times.len() / 100).copied().unwrap_or_default();
        println!("{path:<58} {:>10.2} {:>10.2}", at(50), at(99));
    }
    runtime.block_on(backend.shutdown());
}

/// A hundred spans of ten traces.
fn batch(number: i64) -> Batch {
    let text =
        |(key, value): (&str, &str)| Tag { key: key.to_owned(), value: TagValue::String(value.to_owned()) };
    let span = |at: i64| {
        let id = number * SPANS_IN_BATCH + at;
        Span {
            trace_id_low: 1 + id / 10,
            span_id: 1 + id,
            parent_span_id: if id % 10 == 0 { 0 } else { 1 + id - id % 10 },
            operation_name: format!("operation {}", at % 10),
            flags: 1,
            start_time: START + id,
            duration: 1_000,
            tags: TAGS.into_iter().map(text).collect(),
            logs: vec![Log { timestamp: START + id, fields: vec![text(("event", "Found drivers"))] }],
            ..Span::default()
        }
    };
    let process = Process { service_name: "load".to_owned(), tags: vec![text(("hostname", "host-1"))] };
    Batch { process, spans: (0..SPANS_IN_BATCH).map(span).collect(), ..Batch::default() }
}

fn packet(number: i64) -> Vec<u8> {
    let batch = batch(number);
    let process = encode_process::<Compact>(&batch.process);
    let (mut spans, mut packet) = (Vec::new(), Vec::new());
    batch.spans.iter().for_each(|span| span.encode::<Compact>(&mut spans));
    let head = BatchHead { process: &process, seq_no: None, stats: None };
    write_emit_batch::<Compact>(1, &head, &spans, batch.spans.len(), &mut packet);
    packet
}

fn otlp(number: i64) -> ExportTraceServiceRequest {
    let attribute = |(key, value): (&str, &str)| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    };
    let nanoseconds = START.unsigned_abs() * 1_000;
    let span = |at: i64| OtelSpan {
        trace_id: i128::from(1 + (number * SPANS_IN_BATCH + at) / 10).to_be_bytes().to_vec(),
        span_id: (1 + number * SPANS_IN_BATCH + at).to_be_bytes().to_vec(),
        name: format!("operation {}", at % 10),
        start_time_unix_nano: nanoseconds,
        end_time_unix_nano: nanoseconds + 1_000_000,
        attributes: TAGS.into_iter().map(attribute).collect(),
        events: vec![Event {
            time_unix_nano: nanoseconds,
            name: "Found drivers".to_owned(),
            ..Event::default()
        }],
        ..OtelSpan::default()
    };
    let spans = ScopeSpans { spans: (0..SPANS_IN_BATCH).map(span).collect(), ..ScopeSpans::default() };
    let resource = Resource { attributes: vec![attribute(("service.name", "load"))], ..Resource::default() };
    let spans =
        ResourceSpans { resource: Some(resource), scope_spans: vec![spans], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![spans] }
}

fn zipkin(number: i64) -> Vec<u8> {
    let tags: serde_json::Map<_, _> =
        TAGS.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let span = |at: i64| {
        json!({
            "traceId": format!("{:x}", 1 + (number * SPANS_IN_BATCH + at) / 10),
            "id": format!("{:x}", 1 + number * SPANS_IN_BATCH + at),
            "name": format!("operation {}", at % 10), "timestamp": START, "duration": 1_000,
            "localEndpoint": {"serviceName": "load"}, "tags": tags,
            "annotations": [{"timestamp": START, "value": "Found drivers"}],
        })
    };
    serde_json::Value::from((0..SPANS_IN_BATCH).map(span).collect::<Vec<_>>()).to_string().into_bytes()
}

/// Of the whole process, on all processors.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn resident_mib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap_or_default() / 1024
}
