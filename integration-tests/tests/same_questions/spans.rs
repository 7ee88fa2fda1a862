//! What is asked about: a few traces, sent a moment ago, because Jaeger searches two days back by default.

use std::time::{SystemTime, UNIX_EPOCH};

use jaeger_thrift::{Batch, Binary, Log, Process, Span, Tag, TagValue};
use serde_json::Value;

/// Their ids, and how many spans they have.
pub(crate) const TRACES: [(&str, usize); 3] = [("1001", 3), ("2002", 2), ("3003", 1)];

/// Microseconds before, among and after the spans.
pub(crate) struct Times {
    start: i64,
    middle: i64,
    end: i64,
}

// === impl Times ===

impl Times {
    pub(crate) fn path_of(&self, question: &str) -> String {
        let numbers =
            [("END_MS", self.end / 1000), ("START", self.start), ("MIDDLE", self.middle), ("END", self.end)];
        numbers
            .iter()
            .fold(question.to_owned(), |path, (name, number)| path.replace(name, &number.to_string()))
    }
}

fn text(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: TagValue::String(value.to_owned()) }
}

pub(crate) fn send(collectors: &[String]) -> Times {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let start = i64::try_from(now).unwrap() - 60_000_000;
    let span = |trace_id_low, span_id, parent_span_id, name: &str, after, duration| Span {
        trace_id_low,
        span_id,
        parent_span_id,
        operation_name: name.to_owned(),
        flags: 1,
        start_time: start + after,
        duration,
        ..Span::default()
    };
    let tag = |key: &str, value| Tag { key: key.to_owned(), value };
    let batch = |service: &str, spans| {
        let process = Process { service_name: service.to_owned(), tags: vec![text("hostname", "host-1")] };
        Batch { process, spans, ..Batch::default() }
    };
    let mut root = span(0x1001, 1, 0, "GET /", 0, 2000);
    root.tags = vec![
        text("span.kind", "server"),
        tag("http.status_code", TagValue::Long(200)),
        text("url", "http://a:80/"),
        tag("load", TagValue::Double(0.5)),
        tag("third", TagValue::Double(1.0 / 3.0)),
        tag("huge", TagValue::Double(1e22)),
        tag("bytes", TagValue::Binary(vec![0, 255])),
    ];
    root.logs = vec![Log { timestamp: start + 10, fields: vec![text("event", "retry")] }];
    let mut failed = span(0x2002, 5, 0, "SELECT", 10_000_000, 700);
    failed.tags = vec![tag("error", TagValue::Bool(true)), text("span.kind", "client")];
    let batches = [
        batch("web", vec![root, span(0x1001, 2, 1, "work", 100, 300)]),
        batch("db", vec![span(0x1001, 3, 1, "query", 500, 1200)]),
        batch("web", vec![failed, span(0x2002, 6, 5, "work", 10_000_100, 100)]),
        batch("slash/service", vec![span(0x3003, 7, 0, "other", 20_000_000, 1)]),
    ];
    for collector in collectors {
        for batch in &batches {
            let body = batch.encode::<Binary>();
            ureq::post(collector).header("content-type", "application/x-thrift").send(body).unwrap();
        }
    }
    Times { start, middle: start + 5_000_000, end: start + 30_000_000 }
}

/// Sorts what has no order: names, operations and edges, traces, spans, and gives processes the names of their services.
pub(crate) fn sort(answer: &mut Value) {
    let Some(data) = answer.get_mut("data").and_then(Value::as_array_mut) else { return };
    for trace in &mut *data {
        let processes = trace.get_mut("processes").map(Value::take).unwrap_or_default();
        for span in trace.get_mut("spans").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(id) = span.get_mut("processID") {
                *id = processes.get(id.as_str().unwrap_or_default()).cloned().unwrap_or_default();
            }
        }
        if let Some(spans) = trace.get_mut("spans").and_then(Value::as_array_mut) {
            spans.sort_by_key(ToString::to_string);
        }
    }
    data.sort_by_key(ToString::to_string);
}
