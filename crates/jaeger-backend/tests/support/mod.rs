//! What the tests share: requests to a backend, and batches made of Jaeger's own JSON answers.
#![allow(clippy::panic, reason = "tests say what they expect by panicking")]
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part")]

use jaeger_backend::Backend;
use jaeger_thrift::{
    Batch, BatchHead, Binary, Compact, Log, Process, RefType, Span, SpanRef, Tag, TagValue, encode_process,
    write_emit_batch,
};
use serde_json::Value;

/// What v1.62 of Jaeger answers for its seed trace.
pub(crate) fn sample() -> Value {
    serde_json::from_str(include_str!("../data/v162-trace-128.json")).unwrap()
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn get(backend: &Backend, path: &str) -> Answer {
    get_url(format!("{}{path}", backend.query_url())).await
}

pub(crate) async fn get_url(url: String) -> Answer {
    tokio::task::spawn_blocking(move || answer(agent().get(url).call())).await.unwrap()
}

pub(crate) async fn post(backend: &Backend, content_type: &str, body: Vec<u8>) -> Answer {
    post_to(backend.collector_endpoint(), content_type, body).await
}

pub(crate) async fn post_to(url: String, content_type: &str, body: Vec<u8>) -> Answer {
    let content_type = content_type.to_owned();
    let send = move || answer(agent().post(url).header("content-type", content_type).send(body));
    tokio::task::spawn_blocking(send).await.unwrap()
}

/// POSTs a batch and expects it to be taken in.
pub(crate) async fn send(backend: &Backend, batch: &Batch) {
    let sent = post(backend, "application/x-thrift", batch.encode::<Binary>()).await;
    assert_eq!((sent.status, sent.body.as_str()), (202, ""));
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let content_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = response.body_mut().read_to_string().unwrap();
    Answer { status: response.status().as_u16(), content_type: content_type.unwrap_or_default(), body }
}

/// A batch of one service with these spans.
pub(crate) fn batch(service: &str, spans: Vec<Span>) -> Batch {
    let process = Process { service_name: service.to_owned(), tags: Vec::new() };
    Batch { process, spans, ..Batch::default() }
}

/// A span of 1 ms.
pub(crate) fn span(trace_id: i64, span_id: i64, parent: i64, operation: &str) -> Span {
    Span {
        trace_id_low: trace_id,
        span_id,
        parent_span_id: parent,
        operation_name: operation.to_owned(),
        flags: 1,
        start_time: 1_795_333_714_000_000 + span_id,
        duration: 1000,
        ..Span::default()
    }
}

pub(crate) fn tag(key: &str, value: TagValue) -> Tag {
    Tag { key: key.to_owned(), value }
}

/// The batches that a trace of the query API was made of, one per process. Tags come in reverse, so that
/// nobody finds them sorted by chance.
pub(crate) fn batches(trace: &Value) -> Vec<Batch> {
    let processes = trace["processes"].as_object().unwrap();
    let batch = |(name, process): (&String, &Value)| Batch {
        process: Process { service_name: text(&process["serviceName"]), tags: tags(&process["tags"]) },
        spans: list(&trace["spans"])
            .filter(|span| span["processID"] == name.as_str())
            .map(read_span)
            .collect(),
        ..Batch::default()
    };
    processes.iter().map(batch).collect()
}

fn read_span(span: &Value) -> Span {
    let (trace_id_high, trace_id_low) = trace_id(&span["traceID"]);
    let mut tags = tags(&span["tags"]);
    tags.retain(|tag| tag.key != "internal.span.format");
    Span {
        trace_id_low,
        trace_id_high,
        span_id: hex(span["spanID"].as_str().unwrap()),
        parent_span_id: 0,
        operation_name: text(&span["operationName"]),
        references: list(&span["references"]).map(reference).collect(),
        flags: span["flags"].as_i64().unwrap_or(0).try_into().unwrap(),
        start_time: span["startTime"].as_i64().unwrap(),
        duration: span["duration"].as_i64().unwrap(),
        tags,
        logs: list(&span["logs"]).map(log).collect(),
    }
}

fn reference(reference: &Value) -> SpanRef {
    let (trace_id_high, trace_id_low) = trace_id(&reference["traceID"]);
    let ref_type = match reference["refType"].as_str().unwrap() {
        "CHILD_OF" => RefType::ChildOf,
        _ => RefType::FollowsFrom,
    };
    SpanRef { ref_type, trace_id_low, trace_id_high, span_id: hex(reference["spanID"].as_str().unwrap()) }
}

fn log(log: &Value) -> Log {
    Log { timestamp: log["timestamp"].as_i64().unwrap(), fields: tags(&log["fields"]) }
}

fn tags(tags: &Value) -> Vec<Tag> {
    let mut tags: Vec<_> = list(tags).map(|tag| self::tag(&text(&tag["key"]), value(tag))).collect();
    tags.reverse();
    tags
}

fn value(tag: &Value) -> TagValue {
    let value = &tag["value"];
    match tag["type"].as_str().unwrap() {
        "bool" => TagValue::Bool(value.as_bool().unwrap()),
        "int64" => TagValue::Long(value.as_i64().unwrap_or_else(|| text(value).parse().unwrap())),
        "float64" => TagValue::Double(value.as_f64().unwrap()),
        // The only bytes of the samples.
        "binary" if value == "AQL/" => TagValue::Binary(vec![1, 2, 255]),
        "string" => TagValue::String(text(value)),
        other => panic!("unknown tag type {other}"),
    }
}

fn trace_id(id: &Value) -> (i64, i64) {
    let id = u128::from_str_radix(id.as_str().unwrap(), 16).unwrap();
    (((id >> 64) as u64).cast_signed(), (id as u64).cast_signed())
}

fn hex(id: &str) -> i64 {
    u64::from_str_radix(id, 16).unwrap().cast_signed()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The agent's message of that batch.
pub(crate) fn packet(batch: &Batch) -> Vec<u8> {
    let process = encode_process::<Compact>(&batch.process);
    let head = BatchHead { process: &process, seq_no: None, stats: None };
    let (mut spans, mut packet) = (Vec::new(), Vec::new());
    for span in &batch.spans {
        span.encode::<Compact>(&mut spans);
    }
    write_emit_batch::<Compact>(1, &head, &spans, batch.spans.len(), &mut packet);
    packet
}
