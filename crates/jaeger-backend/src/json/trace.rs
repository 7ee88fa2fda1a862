//! A trace as JSON, with the key order and value formats of Jaeger.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jaeger_thrift::{Process, RefType, SpanRef};
use serde::Serialize;

use super::tag::{TagJson, fields_json, sort_tags, tags_json};
use super::warnings::warnings;
use crate::store::{ReceivedSpan, Source, Trace, TraceId};

/// Whether a trace is shown as sent or as Jaeger's query service prepares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Tags by key, `event` first in logs, warnings about clocks and parents.
    Adjusted,
    /// The query asked for `raw=true`.
    Raw,
}

/// An element of `data` in the answers about traces.
#[derive(Debug, Serialize)]
pub(crate) struct TraceJson<'a> {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<SpanJson<'a>>,
    processes: BTreeMap<String, ProcessJson<'a>>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SpanJson<'a> {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    operation_name: &'a str,
    references: Vec<ReferenceJson>,
    start_time: i64,
    duration: i64,
    tags: Vec<TagJson<'a>>,
    logs: Vec<LogJson<'a>>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct ReferenceJson {
    #[serde(rename = "refType")]
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Serialize)]
struct LogJson<'a> {
    timestamp: i64,
    fields: Vec<TagJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProcessJson<'a> {
    service_name: &'a str,
    tags: Vec<TagJson<'a>>,
}

/// Names the processes `p1`, `p2`, … in the order in which the spans mention them.
#[derive(Default)]
struct ProcessNames<'a> {
    names: HashMap<*const Process, String>,
    processes: BTreeMap<String, ProcessJson<'a>>,
}

// === impl TraceJson ===

impl<'a> TraceJson<'a> {
    pub(crate) fn new(trace: &'a Trace, detail: Detail) -> Self {
        let mut warned = match detail {
            Detail::Adjusted => warnings(trace.spans()),
            Detail::Raw => HashMap::new(),
        };
        let mut names = ProcessNames::default();
        let mut spans = Vec::with_capacity(trace.spans().len());
        for (index, span) in trace.spans().iter().enumerate() {
            let process_id = names.name(&span.process, detail);
            spans.push(SpanJson::new(span, process_id, warned.remove(&index), detail));
        }
        Self { trace_id: trace.id().to_string(), spans, processes: names.processes, warnings: None }
    }
}

// === impl SpanJson ===

impl<'a> SpanJson<'a> {
    fn new(
        received: &'a ReceivedSpan,
        process_id: String,
        warnings: Option<Vec<String>>,
        detail: Detail,
    ) -> Self {
        let span = &received.span;
        let log = |log: &'a jaeger_thrift::Log| LogJson {
            timestamp: log.timestamp,
            fields: fields_json(&log.fields, detail),
        };
        Self {
            trace_id: TraceId::of(span).to_string(),
            span_id: span_id(span.span_id),
            flags: span.flags.cast_unsigned(),
            operation_name: &span.operation_name,
            references: received.references().iter().map(ReferenceJson::from).collect(),
            start_time: span.start_time,
            duration: span.duration.max(0),
            tags: span_tags(received, detail),
            logs: span.logs.iter().map(log).collect(),
            process_id,
            warnings,
        }
    }
}

/// The span's tags and the one by which Jaeger's collector tells how a span came in.
fn span_tags(received: &ReceivedSpan, detail: Detail) -> Vec<TagJson<'_>> {
    let format = match received.source {
        Source::Collector => "jaeger",
        // An agent hands on as Protocol Buffers what it receives.
        Source::Agent => "proto",
        Source::Otlp => "otlp",
        Source::Zipkin => "zipkin",
    };
    let mut tags = tags_json(&received.span.tags, Detail::Raw);
    tags.push(TagJson::added("internal.span.format", format));
    if detail == Detail::Adjusted {
        sort_tags(&mut tags);
    }
    tags
}

fn span_id(id: i64) -> String {
    format!("{:016x}", id.cast_unsigned())
}

fn is_zero(flags: &u32) -> bool {
    *flags == 0
}

// === impl ReferenceJson ===

impl From<&SpanRef> for ReferenceJson {
    fn from(reference: &SpanRef) -> Self {
        let ref_type = match reference.ref_type {
            RefType::ChildOf => "CHILD_OF",
            RefType::FollowsFrom => "FOLLOWS_FROM",
        };
        let trace_id = TraceId::from_halves(reference.trace_id_high, reference.trace_id_low).to_string();
        Self { ref_type, trace_id, span_id: span_id(reference.span_id) }
    }
}

// === impl ProcessNames ===

impl<'a> ProcessNames<'a> {
    /// A trace keeps equal processes once, so the address tells them apart.
    fn name(&mut self, process: &'a Arc<Process>, detail: Detail) -> String {
        let number = self.names.len() + 1;
        let name = self.names.entry(Arc::as_ptr(process)).or_insert_with(|| {
            let name = format!("p{number}");
            let tags = tags_json(&process.tags, detail);
            self.processes.insert(name.clone(), ProcessJson { service_name: &process.service_name, tags });
            name
        });
        name.clone()
    }
}
