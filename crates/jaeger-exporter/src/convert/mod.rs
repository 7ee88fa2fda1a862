//! OpenTelemetry's finished span becomes Jaeger's: the one place where the exporter translates.
//!
//! | OpenTelemetry | Jaeger |
//! |---|---|
//! | parent | `parentSpanId` and a CHILD_OF reference |
//! | link | FOLLOWS_FROM reference, or what its attribute `opentracing.ref_type` says |
//! | attribute | tag of the same type; an array as JSON text |
//! | event | log: its attributes, and its name as `event`, see [`EventName`] |
//! | kind | tag `span.kind`; none for internal spans |
//! | status | tags `error` (a bool), `otel.status_code`, `otel.status_description` |
//! | scope | tags `otel.scope.name`, `otel.scope.version` |
//! | dropped counts | tags `otel.dropped_attributes_count`, `..._events_count`, `..._links_count` |
//! | trace state | tag `w3c.tracestate` |
//!
//! A tag that the program set itself wins over the one made from the kind or the status. The mapping follows
//! OpenTelemetry's [rules for exporters to other formats][rules]; the names `otel.library.*`, which those have
//! deprecated, are left out.
//!
//! [rules]: https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/

mod event_name;
mod json;
mod references;
mod value;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use jaeger_thrift::{Protocol, SpanBuffer, SpanHead, TagRef};
use opentelemetry::{
    KeyValue,
    trace::{SpanId, SpanKind, Status, TraceId},
};
use opentelemetry_sdk::trace::SpanData;

use crate::flags::{FLAGS_ATTRIBUTE, flags_of};

pub use self::{
    event_name::EventName,
    references::{parent_ref_type, ref_type},
    value::{cut, text_of_no_number, with_tag},
};

/// Tag values that are longer are cut, as in Jaeger's own clients (`DEFAULT_MAX_TAG_VALUE_LENGTH`). Logs are not.
pub const MAX_TAG_VALUE_BYTES: usize = 256;

/// The tags that the program set itself and that are therefore not made from the kind and the status.
#[derive(Default)]
struct OwnTags {
    span_kind: bool,
    error: bool,
    status_code: bool,
    status_description: bool,
}

/// Appends one span of the SDK to `out`, for [`write_batch`](jaeger_thrift::write_batch). The buffer's memory is used again from span
/// to span.
pub fn encode_span<P: Protocol>(span: &SpanData, buffer: &mut SpanBuffer<P>, out: &mut Vec<u8>) {
    buffer.clear();
    references::write(span, buffer);
    let own = attributes(&span.attributes, buffer);
    kind(&span.span_kind, &own, buffer);
    status(&span.status, &own, buffer);
    origin(span, buffer);
    logs(span, buffer);

    let (trace_id_high, trace_id_low) = trace_id_halves(span.span_context.trace_id());
    let head = SpanHead {
        trace_id_low,
        trace_id_high,
        span_id: span_id(span.span_context.span_id()),
        parent_span_id: span_id(span.parent_span_id),
        operation_name: &span.name,
        flags: flags_of(span).bits().into(),
        start_time_us: micros_between(SystemTime::UNIX_EPOCH, span.start_time),
        duration_us: micros_between(span.start_time, span.end_time),
    };
    buffer.write(&head, out);
}

fn attributes<P: Protocol>(attributes: &[KeyValue], buffer: &mut SpanBuffer<P>) -> OwnTags {
    let mut own = OwnTags::default();
    for attribute in attributes {
        match attribute.key.as_str() {
            FLAGS_ATTRIBUTE => continue,
            "span.kind" => own.span_kind = true,
            "error" => own.error = true,
            "otel.status_code" => own.status_code = true,
            "otel.status_description" => own.status_description = true,
            _ => {}
        }
        with_tag(&attribute.value, |tag| {
            buffer.tag(attribute.key.as_str(), cut(tag, MAX_TAG_VALUE_BYTES));
        });
    }
    own
}

fn kind<P: Protocol>(kind: &SpanKind, own: &OwnTags, buffer: &mut SpanBuffer<P>) {
    let name = match kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => return,
    };
    if !own.span_kind {
        buffer.tag("span.kind", TagRef::String(name));
    }
}

fn status<P: Protocol>(status: &Status, own: &OwnTags, buffer: &mut SpanBuffer<P>) {
    let (code, description) = match status {
        Status::Unset => return,
        Status::Ok => ("OK", ""),
        Status::Error { description } => ("ERROR", description.as_ref()),
    };
    if code == "ERROR" && !own.error {
        buffer.tag("error", TagRef::Bool(true));
    }
    if !own.status_code {
        buffer.tag("otel.status_code", TagRef::String(code));
    }
    if !description.is_empty() && !own.status_description {
        buffer.tag("otel.status_description", cut(TagRef::String(description), MAX_TAG_VALUE_BYTES));
    }
}

/// Who made the span, what it lost and what else it carries.
fn origin<P: Protocol>(span: &SpanData, buffer: &mut SpanBuffer<P>) {
    let scope = &span.instrumentation_scope;
    if !scope.name().is_empty() {
        buffer.tag("otel.scope.name", TagRef::String(scope.name()));
    }
    if let Some(version) = scope.version().filter(|version| !version.is_empty()) {
        buffer.tag("otel.scope.version", TagRef::String(version));
    }
    for (key, count) in [
        ("otel.dropped_attributes_count", span.dropped_attributes_count),
        ("otel.dropped_events_count", span.events.dropped_count),
        ("otel.dropped_links_count", span.links.dropped_count),
    ] {
        if count > 0 {
            buffer.tag(key, TagRef::Long(count.into()));
        }
    }
    let trace_state = span.span_context.trace_state().header();
    if !trace_state.is_empty() {
        buffer.tag("w3c.tracestate", TagRef::String(&trace_state));
    }
}

fn logs<P: Protocol>(span: &SpanData, buffer: &mut SpanBuffer<P>) {
    for event in span.events.iter() {
        let mut log = buffer.log(micros_between(SystemTime::UNIX_EPOCH, event.timestamp));
        let naming = EventName::of(&event.name, &event.attributes);
        // First, as Jaeger's clients have it.
        if naming == EventName::IsField {
            log.field("event", TagRef::String(&event.name));
        }
        for attribute in
            event.attributes.iter().filter(|attribute| naming.keeps(attribute, &event.attributes))
        {
            with_tag(&attribute.value, |field| {
                log.field(attribute.key.as_str(), field);
            });
        }
        if event.dropped_attributes_count > 0 {
            log.field("otel.dropped_attributes_count", TagRef::Long(event.dropped_attributes_count.into()));
        }
    }
}

/// High and low half; Thrift has signed integers only, so the bits are kept and not the value.
fn trace_id_halves(id: TraceId) -> (i64, i64) {
    let id = u128::from_be_bytes(id.to_bytes());
    ((id >> 64) as i64, id as i64)
}

fn span_id(id: SpanId) -> i64 {
    i64::from_be_bytes(id.to_bytes())
}

/// Microseconds from one time to a later one; 0 if it is not later (the clock was set back), and never an overflow.
fn micros_between(from: SystemTime, to: SystemTime) -> i64 {
    to.duration_since(from).map_or(0, |duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}
