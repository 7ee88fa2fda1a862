//! A span that is being prepared to be shown.

use std::borrow::Cow;

use jaeger_thrift::{RefType, SpanRef, Tag, TagValue};

use crate::store::{ReceivedSpan, SOURCE_TAG, TraceId};

/// A received span, and what is shown in place of what was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AdjustedSpan<'a> {
    pub(crate) received: &'a ReceivedSpan,
    pub(crate) span_id: i64,
    pub(crate) references: Vec<SpanRef>,
    pub(crate) tags: Vec<Cow<'a, Tag>>,
    pub(crate) process_tags: Vec<Cow<'a, Tag>>,
    /// In the order of the logs that were sent.
    pub(crate) log_fields: Vec<Vec<&'a Tag>>,
    pub(crate) warnings: Vec<String>,
}

// === impl AdjustedSpan ===

impl<'a> AdjustedSpan<'a> {
    /// As it was sent, with the tag by which Jaeger's collector tells how a span came in.
    pub(super) fn new(received: &'a ReceivedSpan) -> Self {
        let value = TagValue::String(received.source.as_tag().to_owned());
        let format = Cow::Owned(Tag { key: SOURCE_TAG.to_owned(), value });
        let (span, process) = (&received.span, &received.process);
        Self {
            received,
            span_id: span.span_id,
            references: received.references(),
            tags: span.tags.iter().map(Cow::Borrowed).chain([format]).collect(),
            process_tags: process.tags.iter().map(Cow::Borrowed).collect(),
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

    /// The first tag of that key, as text.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        let tag = self.tags.iter().find(|tag| tag.key == "span.kind");
        tag.is_some_and(|tag| matches!(&tag.value, TagValue::String(found) if found == kind))
    }
}

/// Removes spans that are the same as an earlier one, to the last warning.
pub(super) fn remove_repeated(spans: &mut Vec<AdjustedSpan<'_>>) {
    let mut by_id = std::collections::HashMap::<i64, Vec<usize>>::new();
    let mut repeated = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        let same_id = by_id.entry(span.span_id).or_default();
        if same_id.iter().filter_map(|other| spans.get(*other)).any(|other| other == span) {
            repeated.push(at);
        } else {
            same_id.push(at);
        }
    }
    let mut repeated = repeated.into_iter().peekable();
    let mut at = 0;
    spans.retain(|_| {
        let is_repeated = repeated.next_if_eq(&at).is_some();
        at += 1;
        !is_repeated
    });
}
