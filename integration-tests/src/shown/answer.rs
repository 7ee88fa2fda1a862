//! The answer of the query API, `/api/traces/{id}`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    span::{ShownLog, ShownSpan},
    tags::{ShownTag, ShownTags},
};

#[derive(Debug, Deserialize)]
pub(super) struct Trace {
    spans: Vec<Span>,
    processes: HashMap<String, Process>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    flags: Option<u64>,
    operation_name: String,
    references: Vec<Reference>,
    start_time: u64,
    duration: u64,
    tags: Vec<Tag>,
    logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: String,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Deserialize)]
struct Tag {
    key: String,
    #[serde(rename = "type")]
    kind: String,
    value: Value,
}

#[derive(Debug, Deserialize)]
struct Log {
    timestamp: u64,
    fields: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
    tags: Vec<Tag>,
}

// === impl Trace ===

impl Trace {
    /// The spans whose first reference leads to no span of this trace, each with what is below it.
    pub(super) fn roots(&self) -> Vec<ShownSpan> {
        self.below(None)
    }

    fn below(&self, parent: Option<&str>) -> Vec<ShownSpan> {
        let spans =
            self.spans.iter().filter(|span| self.parent(span).map(|at| at.span_id.as_str()) == parent);
        let mut shown: Vec<_> = spans.map(|span| self.shown(span)).collect();
        shown.sort();
        shown
    }

    fn parent(&self, span: &Span) -> Option<&Span> {
        self.target(span.references.first()?).filter(|target| target.span_id != span.span_id)
    }

    fn target(&self, reference: &Reference) -> Option<&Span> {
        let is_it =
            |span: &&Span| (&span.trace_id, &span.span_id) == (&reference.trace_id, &reference.span_id);
        self.spans.iter().find(is_it)
    }

    fn shown(&self, span: &Span) -> ShownSpan {
        let process = self.processes.get(&span.process_id);
        let log = |log: &Log| ShownLog { timestamp: Some(log.timestamp), fields: shown_tags(&log.fields) };
        ShownSpan {
            service: process.map(|process| process.service_name.clone()).unwrap_or_default(),
            operation: span.operation_name.clone(),
            flags: span.flags,
            references: span.references.iter().map(|reference| self.reference(span, reference)).collect(),
            tags: tags(&span.tags),
            process_tags: process.map(|process| tags(&process.tags)).unwrap_or_default(),
            logs: span.logs.iter().map(log).collect(),
            warnings: span.warnings.clone().unwrap_or_default(),
            times: Some((span.start_time, span.duration)),
            children: self.below(Some(&span.span_id)),
        }
    }

    fn reference(&self, from: &Span, reference: &Reference) -> String {
        let Reference { ref_type, trace_id, span_id } = reference;
        match self.target(reference) {
            Some(target) => format!("{ref_type} {}", target.operation_name),
            None if *trace_id == from.trace_id => format!("{ref_type} {span_id}"),
            None => format!("{ref_type} {trace_id}:{span_id}"),
        }
    }
}

fn tags(tags: &[Tag]) -> ShownTags {
    ShownTags::new(shown_tags(tags))
}

fn shown_tags(tags: &[Tag]) -> Vec<ShownTag> {
    tags.iter().map(Tag::shown).collect()
}

// === impl Tag ===

impl Tag {
    fn shown(&self) -> ShownTag {
        let value = self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned);
        ShownTag { key: self.key.clone(), kind: self.kind.clone(), value }
    }
}
