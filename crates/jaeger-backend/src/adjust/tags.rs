//! Tags and the fields of logs, as they are shown.

use std::{borrow::Cow, cmp::Ordering, collections::HashMap, mem, net::Ipv4Addr, sync::Arc};

use jaeger_thrift::{Tag, TagValue};

use super::{AdjustedProcess, AdjustedSpan};

/// What OpenTelemetry's clients say of themselves is a matter of the process.
const OF_PROCESS: [&str; 5] = [
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
];

/// Tags of processes that are copied for spans which have something to add to them; the others keep theirs.
const MAX_COPIED: usize = 1_000_000;

/// Writes addresses with dots, moves what is of the process, and sorts all.
pub(super) fn adjust(spans: &mut [AdjustedSpan<'_>]) {
    let (mut processes, mut copied) = (HashMap::new(), 0);
    for span in spans {
        span.tags.iter_mut().for_each(write_address);
        let sent = Arc::as_ptr(&span.process);
        let process = processes.entry(sent).or_insert_with(|| {
            let mut process = AdjustedProcess::clone(&span.process);
            process.tags.iter_mut().for_each(write_address);
            process.tags.sort_by(|a, b| order(a, b));
            // The one that was sent stays, so that its address is no other's.
            (Arc::new(process), Arc::clone(&span.process))
        });
        span.process = Arc::clone(&process.0);
        move_to_process(span, &mut copied);
        span.tags.sort_by(|a, b| order(a, b));
        span.log_fields.iter_mut().for_each(|fields| sort_fields(fields));
    }
}

fn move_to_process(span: &mut AdjustedSpan<'_>, copied: &mut usize) {
    let is_of_process = |tag: &Cow<'_, Tag>| OF_PROCESS.contains(&tag.key.as_str());
    if !span.tags.iter().any(is_of_process) || *copied > MAX_COPIED {
        return;
    }
    let (moved, kept): (Vec<_>, Vec<_>) = mem::take(&mut span.tags).into_iter().partition(is_of_process);
    span.tags = kept;
    let mut process = AdjustedProcess::clone(&span.process);
    process.tags.extend(moved);
    process.tags.sort_by(|a, b| order(a, b));
    *copied += process.tags.len();
    span.process = Arc::new(process);
}

/// The first `event` that is text, then the others.
fn sort_fields(fields: &mut [&Tag]) {
    let is_event = |field: &&Tag| field.key == "event" && matches!(field.value, TagValue::String(_));
    let event = fields.iter().position(is_event);
    if let Some(at) = event {
        fields.swap(0, at);
    }
    let others = fields.get_mut(usize::from(event.is_some())..).unwrap_or_default();
    others.sort_by(|a, b| order(a, b));
}

/// An address of 4 bytes that a client has packed into a number.
fn write_address(tag: &mut Cow<'_, Tag>) {
    let packed = match tag.value {
        TagValue::Long(packed) => packed as u32,
        // By way of a signed number: so JavaScript makes them.
        TagValue::Double(packed) => packed as i64 as u32,
        _ => return,
    };
    if matches!(tag.key.as_str(), "ip" | "peer.ipv4") {
        tag.to_mut().value = TagValue::String(Ipv4Addr::from_bits(packed).to_string());
    }
}

/// By key, then by type, then by value.
fn order(a: &Tag, b: &Tag) -> Ordering {
    let of_type = |value: &TagValue| match value {
        TagValue::String(_) => 0,
        TagValue::Bool(_) => 1,
        TagValue::Long(_) => 2,
        TagValue::Double(_) => 3,
        TagValue::Binary(_) => 4,
    };
    let by_value = || match (&a.value, &b.value) {
        (TagValue::String(a), TagValue::String(b)) => a.cmp(b),
        (TagValue::Bool(a), TagValue::Bool(b)) => a.cmp(b),
        (TagValue::Long(a), TagValue::Long(b)) => a.cmp(b),
        (TagValue::Double(a), TagValue::Double(b)) => a.total_cmp(b),
        (TagValue::Binary(a), TagValue::Binary(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    a.key.cmp(&b.key).then_with(|| of_type(&a.value).cmp(&of_type(&b.value))).then_with(by_value)
}
