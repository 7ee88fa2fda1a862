//! The warnings that Jaeger's query service adds to spans. It moves no times by default, and neither do we.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jaeger_thrift::TagValue;

use super::go_duration::print_microseconds;
use crate::store::{ReceivedSpan, TraceTree};

/// By position of the span.
type Warnings = HashMap<usize, Vec<String>>;

/// By how much the clock of a span's host seems to be off.
#[derive(Clone, Copy)]
struct Skew<'a> {
    host: &'a str,
    microseconds: i64,
}

/// Finds what to warn of: spans with the same id, unknown parents, clocks that disagree, negative durations.
pub(super) fn warnings(spans: &[Arc<ReceivedSpan>]) -> Warnings {
    let mut warnings = Warnings::new();
    let mut seen = HashSet::new();
    for (index, span) in spans.iter().enumerate() {
        if !seen.insert(span.span.span_id) {
            warn(&mut warnings, index, "duplicate span IDs; skipping clock skew adjustment".to_owned());
        }
        if span.span.duration < 0 {
            let duration = span.span.duration;
            warn(&mut warnings, index, format!("duration of {duration} microseconds shown as 0"));
        }
    }
    for (index, span) in spans.iter().enumerate() {
        if let Some(parent) = span.parent_id().filter(|parent| !seen.contains(parent)) {
            let parent = parent.cast_unsigned();
            let text = format!("invalid parent span IDs={parent:016x}; skipping clock skew adjustment");
            warn(&mut warnings, index, text);
        }
    }
    warn_of_skew(spans, &mut warnings);
    warnings
}

fn warn(warnings: &mut Warnings, index: usize, text: String) {
    warnings.entry(index).or_default().push(text);
}

fn warn_of_skew(spans: &[Arc<ReceivedSpan>], warnings: &mut Warnings) {
    let mut skews: HashMap<usize, Skew<'_>> = HashMap::new();
    for node in TraceTree::of(spans).nodes() {
        let host = host(node.span);
        let inherited = node.parent.and_then(|(parent, _)| skews.get(&parent).copied());
        let microseconds = match (node.parent, inherited) {
            // A host has one clock.
            (_, Some(skew)) if skew.host == host && !host.is_empty() => skew.microseconds,
            (Some((_, parent)), _) => skew_between(node.span, parent),
            (None, _) => 0,
        };
        skews.insert(node.index, Skew { host, microseconds });
        if microseconds != 0 {
            let delta = print_microseconds(microseconds);
            let text = format!("clock skew adjustment disabled; not applying calculated delta of {delta}");
            warn(warnings, node.index, text);
        }
    }
}

/// What would have to be added to the child's times to make it fit into its parent.
fn skew_between(child: &ReceivedSpan, parent: &ReceivedSpan) -> i64 {
    let (child, parent) = (&child.span, &parent.span);
    let (child_duration, parent_duration) = (child.duration.max(0), parent.duration.max(0));
    let late = child.start_time.saturating_sub(parent.start_time);
    let spare = parent_duration - child_duration;
    if spare < 0 {
        // An asynchronous child may outlast its parent, but not begin before it.
        return late.min(0).saturating_neg();
    }
    let fits = (0..=spare).contains(&late);
    if fits { 0 } else { (spare / 2).saturating_sub(late) }
}

/// What tells one clock from another: the `ip` tag of the process.
fn host(span: &ReceivedSpan) -> &str {
    let tag = span.process.tags.iter().find(|tag| tag.key == "ip");
    match tag.map(|tag| &tag.value) {
        Some(TagValue::String(ip)) => ip,
        _ => "",
    }
}
