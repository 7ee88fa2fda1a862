//! Tags and the fields of logs, as they are shown.

use std::{borrow::Cow, cmp::Ordering, net::Ipv4Addr};

use jaeger_thrift::{Tag, TagValue};

use super::AdjustedSpan;

/// What OpenTelemetry's clients say of themselves is a matter of the process.
const OF_PROCESS: [&str; 5] = [
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
];

/// Writes addresses with dots, moves what is of the process, and sorts all.
pub(super) fn adjust<'a>(span: &mut AdjustedSpan<'a>) {
    span.tags.iter_mut().chain(&mut span.process_tags).for_each(write_address);
    let is_of_process = |tag: &Cow<'a, Tag>| OF_PROCESS.contains(&tag.key.as_str());
    let (moved, mut kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut span.tags).into_iter().partition(is_of_process);
    kept.sort_by(|a, b| order(a, b));
    span.tags = kept;
    span.process_tags.extend(moved);
    span.process_tags.sort_by(|a, b| order(a, b));
    for fields in &mut span.log_fields {
        let is_event = |field: &&Tag| field.key == "event" && matches!(field.value, TagValue::String(_));
        let event = fields.iter().position(is_event);
        if let Some(at) = event {
            fields.swap(0, at);
        }
        let others = fields.get_mut(usize::from(event.is_some())..).unwrap_or_default();
        others.sort_by(|a, b| order(a, b));
    }
}

/// An address of 4 bytes that a client has packed into a number.
fn write_address(tag: &mut Cow<'_, Tag>) {
    let packed = match tag.value {
        TagValue::Long(packed) => packed as u32,
        TagValue::Double(packed) => packed as u32,
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
