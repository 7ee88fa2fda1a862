//! A trace as JSON, with the key order and value formats of Jaeger.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jaeger_thrift::{Log, RefType, SpanRef, Tag};
use serde::Serialize;

use super::tag::TagJson;
use crate::adjust::{AdjustedProcess, AdjustedSpan};
use crate::store::{TraceId, process_hash};

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
    warnings: Option<&'a Vec<String>>,
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

/// Names the processes `p1`, `p2`, … in the order in which the spans mention them; equal ones once.
#[derive(Default)]
struct ProcessNames<'s, 'a> {
    by_address: HashMap<*const AdjustedProcess<'a>, String>,
    by_hash: HashMap<u64, Vec<(&'s AdjustedProcess<'a>, String)>>,
    processes: BTreeMap<String, ProcessJson<'s>>,
}

// === impl TraceJson ===

impl<'s> TraceJson<'s> {
    pub(crate) fn new(id: TraceId, spans: &'s [AdjustedSpan<'_>]) -> Self {
        let mut names = ProcessNames::default();
        let spans = spans.iter().map(|span| SpanJson::new(span, names.name(span))).collect();
        Self { trace_id: id.to_string(), spans, processes: names.processes, warnings: None }
    }
}

// === impl SpanJson ===

impl<'s> SpanJson<'s> {
    fn new(adjusted: &'s AdjustedSpan<'_>, process_id: String) -> Self {
        let span = &adjusted.received.span;
        let logs = span.logs.iter().zip(&adjusted.log_fields);
        let log = |(log, fields): (&Log, &'s Vec<&Tag>)| LogJson {
            timestamp: log.timestamp,
            fields: fields.iter().map(|field| TagJson::from(*field)).collect(),
        };
        Self {
            trace_id: TraceId::of(span).to_string(),
            span_id: span_id(adjusted.span_id),
            flags: span.flags.cast_unsigned(),
            operation_name: &span.operation_name,
            references: adjusted.references.iter().map(ReferenceJson::from).collect(),
            start_time: span.start_time,
            duration: span.duration.max(0),
            tags: tags_json(&adjusted.tags),
            logs: logs.map(log).collect(),
            process_id,
            warnings: (!adjusted.warnings.is_empty()).then_some(&adjusted.warnings),
        }
    }
}

fn tags_json<'s>(tags: &'s [Cow<'_, Tag>]) -> Vec<TagJson<'s>> {
    tags.iter().map(|tag| TagJson::from(&**tag)).collect()
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
        let trace_id = TraceId::of_reference(reference).to_string();
        Self { ref_type, trace_id, span_id: span_id(reference.span_id) }
    }
}

// === impl ProcessNames ===

impl<'s, 'a> ProcessNames<'s, 'a> {
    fn name(&mut self, span: &'s AdjustedSpan<'a>) -> String {
        let address = Arc::as_ptr(&span.process);
        if let Some(name) = self.by_address.get(&address) {
            return name.clone();
        }
        let process: &AdjustedProcess<'_> = &span.process;
        let hash = process_hash(process.service_name, process.tags.iter().map(|tag| &**tag));
        let alike = self.by_hash.entry(hash).or_default();
        let known = alike.iter().find(|(known, _)| *known == process).map(|(_, name)| name.clone());
        let name = known.unwrap_or_else(|| {
            let name = format!("p{}", self.processes.len() + 1);
            alike.push((process, name.clone()));
            let shown = ProcessJson { service_name: process.service_name, tags: tags_json(&process.tags) };
            self.processes.insert(name.clone(), shown);
            name
        });
        self.by_address.insert(address, name.clone());
        name
    }
}
