//! A span that is being prepared to be shown.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use jaeger_thrift::{RefType, SpanRef, Tag, TagValue};

use super::AdjustedProcess;
use crate::store::{ReceivedSpan, SOURCE_TAG, TraceId, hash_tag};

/// A received span, and what is shown in place of what was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdjustedSpan<'a> {
    pub(crate) received: &'a ReceivedSpan,
    pub(crate) span_id: i64,
    pub(crate) references: Vec<SpanRef>,
    pub(crate) tags: Vec<Cow<'a, Tag>>,
    pub(crate) process: Arc<AdjustedProcess<'a>>,
    /// In the order of the logs that were sent.
    pub(crate) log_fields: Vec<Vec<&'a Tag>>,
    pub(crate) warnings: Vec<String>,
}

// === impl AdjustedSpan ===

impl<'a> AdjustedSpan<'a> {
    /// As it was sent, with the tag by which Jaeger's collector tells how a span came in.
    pub(super) fn new(received: &'a ReceivedSpan, process: Arc<AdjustedProcess<'a>>) -> Self {
        let value = TagValue::String(received.source.as_tag().to_owned());
        let format = Cow::Owned(Tag { key: SOURCE_TAG.to_owned(), value });
        let span = &received.span;
        Self {
            received,
            span_id: span.span_id,
            references: received.references(),
            tags: span.tags.iter().map(Cow::Borrowed).chain([format]).collect(),
            process,
            log_fields: span.logs.iter().map(|log| log.fields.iter().collect()).collect(),
            warnings: Vec::new(),
        }
    }

    /// The id of the span below which this one belongs.
    pub(crate) fn parent_id(&self) -> Option<i64> {
        let own = TraceId::of(&self.received.span);
        let first = |wanted: RefType| {
            let in_trace = |found: &&SpanRef| found.ref_type == wanted && TraceId::of_reference(found) == own;
            self.references.iter().find(in_trace).map(|found| found.span_id)
        };
        first(RefType::ChildOf).or_else(|| first(RefType::FollowsFrom)).filter(|id| *id != 0)
    }

    /// Makes that the parent; one that had none becomes its child.
    pub(super) fn replace_parent(&mut self, parent: i64) {
        let (own, old) = (TraceId::of(&self.received.span), self.parent_id().unwrap_or(0));
        let is_parent = |found: &&mut SpanRef| found.span_id == old && TraceId::of_reference(found) == own;
        if let Some(found) = self.references.iter_mut().find(is_parent) {
            found.span_id = parent;
            return;
        }
        let span = &self.received.span;
        let (trace_id_low, trace_id_high) = (span.trace_id_low, span.trace_id_high);
        let ref_type = RefType::ChildOf;
        self.references.insert(0, SpanRef { ref_type, trace_id_low, trace_id_high, span_id: parent });
    }

    /// Jaeger shows it as an unsigned number.
    pub(super) fn warn_of_negative_duration(&mut self) {
        let duration = self.received.span.duration;
        if duration < 0 {
            self.warnings.push(format!("duration of {duration} microseconds shown as 0"));
        }
    }

    /// Equal for equal spans.
    fn hash(&self) -> u64 {
        let span = &self.received.span;
        let mut hasher = DefaultHasher::new();
        (self.span_id, span.start_time, span.duration, &span.operation_name).hash(&mut hasher);
        self.warnings.hash(&mut hasher);
        self.tags.iter().for_each(|tag| hash_tag(tag, &mut hasher));
        for (log, fields) in span.logs.iter().zip(&self.log_fields) {
            log.timestamp.hash(&mut hasher);
            fields.iter().for_each(|field| hash_tag(field, &mut hasher));
        }
        hasher.finish()
    }

    /// Whether the first tag `span.kind` says so.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        let tag = self.tags.iter().find(|tag| tag.key == "span.kind");
        tag.is_some_and(|tag| matches!(&tag.value, TagValue::String(found) if found == kind))
    }
}

/// Removes spans that are the same as an earlier one, to the last warning.
pub(super) fn remove_repeated(spans: &mut Vec<AdjustedSpan<'_>>) {
    let mut by_hash = HashMap::<u64, Vec<usize>>::new();
    let mut repeated = HashSet::new();
    for (at, span) in spans.iter().enumerate() {
        let alike = by_hash.entry(span.hash()).or_default();
        if alike.iter().filter_map(|other| spans.get(*other)).any(|other| other == span) {
            repeated.insert(at);
        } else {
            alike.push(at);
        }
    }
    let mut at = 0;
    spans.retain(|_| {
        let is_repeated = repeated.contains(&at);
        at += 1;
        !is_repeated
    });
}
