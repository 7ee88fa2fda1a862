//! OpenTelemetry's spans as Jaeger's, by the rules of the collector that Jaeger v1.62 has built in (`translator/jaeger` of
//! opentelemetry-collector-contrib v0.111.0).

use jaeger_thrift::{Log, Process, RefType, Span, SpanRef, Tag, TagValue};
use opentelemetry_proto::tonic::{
    common::v1::{InstrumentationScope, KeyValue, any_value::Value},
    trace::v1::{ResourceSpans, Span as OtelSpan, Status, span, span::SpanKind, status::StatusCode},
};

use super::value::tag;
use crate::store::{Incoming, Rest};

/// The service of a resource that says nothing.
const NO_RESOURCE: &str = "OTLPResourceNoServiceName";

const SERVICE_NAME: &str = "service.name";
const EVENT: &str = "event";
const REF_TYPE: &str = "opentracing.ref_type";

/// The spans of one resource.
pub(crate) fn batch(resource: ResourceSpans) -> Result<Incoming, String> {
    let attributes = resource.resource.map(|resource| resource.attributes).unwrap_or_default();
    let mut spans = Vec::new();
    for scope in resource.scope_spans {
        let head = scope.scope.map(scope_tags).unwrap_or_default();
        // Each span gets a copy, where a request has one.
        let copied: usize = head.iter().map(text_bytes).sum::<usize>().saturating_mul(scope.spans.len());
        if copied > MAX_SCOPE_BYTES {
            return Err(format!("a scope's name and version of {copied} bytes in all its spans"));
        }
        for span in scope.spans {
            spans.push(jaeger_span(span, &head)?);
        }
    }
    Ok(Incoming { process: process(attributes), spans })
}

/// Names and versions of scopes, in all spans of one scope: more is no name.
const MAX_SCOPE_BYTES: usize = 32 * 1024 * 1024;

fn text_bytes(tag: &Tag) -> usize {
    match &tag.value {
        TagValue::String(text) => text.len(),
        _ => 0,
    }
}

fn process(attributes: Vec<KeyValue>) -> Process {
    if attributes.is_empty() {
        return Process { service_name: NO_RESOURCE.to_owned(), tags: Vec::new() };
    }
    let mut service_name = None;
    let mut tags = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        match attribute.key == SERVICE_NAME {
            true => service_name = service_name.or_else(|| Some(text_of(&attribute).to_owned())),
            false => tags.push(tag(attribute)),
        }
    }
    Process { service_name: service_name.unwrap_or_default(), tags }
}

fn scope_tags(scope: InstrumentationScope) -> Vec<Tag> {
    let tags = [("otel.scope.name", scope.name), ("otel.scope.version", scope.version)];
    tags.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| text_tag(key, value)).collect()
}

fn jaeger_span(span: OtelSpan, head: &[Tag]) -> Result<(Span, Rest), String> {
    let (trace_id_high, trace_id_low) = trace_id(&span.trace_id)?;
    let (span_id, parent_span_id) = (span_id(&span.span_id)?, span_id(&span.parent_span_id)?);
    let references = references((trace_id_high, trace_id_low), parent_span_id, &span.links)?;
    let nanoseconds = span.end_time_unix_nano.wrapping_sub(span.start_time_unix_nano).cast_signed();
    let kind = kind_tag(span.kind());
    // Of the kind, the status and the trace state come up to five more.
    let mut tags = Vec::with_capacity(head.len() + span.attributes.len() + 5);
    tags.extend_from_slice(head);
    tags.extend(span.attributes.into_iter().map(tag));
    tags.extend(kind);
    tags.extend(status_tags(span.status));
    if !span.trace_state.is_empty() {
        tags.push(text_tag("w3c.tracestate", span.trace_state));
    }
    let below = |nanoseconds: i64| (nanoseconds % 1000) as i16;
    let rest = Rest { start: below(span.start_time_unix_nano.cast_signed()), duration: below(nanoseconds) };
    let span = Span {
        trace_id_low,
        trace_id_high,
        span_id,
        // Its reference stands among the others, first.
        parent_span_id: 0,
        operation_name: span.name,
        references,
        flags: 0,
        start_time: microseconds(span.start_time_unix_nano),
        duration: nanoseconds / 1000,
        tags,
        logs: span.events.into_iter().map(log).collect(),
    };
    Ok((span, rest))
}

fn kind_tag(kind: SpanKind) -> Option<Tag> {
    let kind = match kind {
        SpanKind::Unspecified => return None,
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    };
    Some(text_tag("span.kind", kind.to_owned()))
}

fn status_tags(status: Option<Status>) -> impl Iterator<Item = Tag> {
    let status = status.unwrap_or_default();
    let code = match status.code() {
        StatusCode::Unset => None,
        StatusCode::Ok => Some("OK"),
        StatusCode::Error => Some("ERROR"),
    };
    let is_error = status.code() == StatusCode::Error;
    let code = code.map(|code| text_tag("otel.status_code", code.to_owned()));
    let error = is_error.then(|| Tag { key: "error".to_owned(), value: TagValue::Bool(true) });
    let message = (!status.message.is_empty()).then(|| text_tag("otel.status_description", status.message));
    [code, error, message].into_iter().flatten()
}

/// The parent first, as ChildOf or as what a link to it says; then the other links, as FollowsFrom if they do not say.
fn references(trace_id: (i64, i64), parent: i64, links: &[span::Link]) -> Result<Vec<SpanRef>, String> {
    let of = |ref_type, (trace_id_high, trace_id_low), span_id| SpanRef {
        ref_type,
        trace_id_low,
        trace_id_high,
        span_id,
    };
    let mut references = Vec::with_capacity(links.len() + 1);
    if parent != 0 {
        references.push(of(RefType::ChildOf, trace_id, parent));
    }
    for link in links {
        let said = link.attributes.iter().find(|attribute| attribute.key == REF_TYPE);
        let ref_type = match said.map(text_of) {
            Some("child_of") => RefType::ChildOf,
            _ => RefType::FollowsFrom,
        };
        let linked = of(ref_type, self::trace_id(&link.trace_id)?, span_id(&link.span_id)?);
        match references.first_mut() {
            Some(first) if parent != 0 && SpanRef { ref_type, ..*first } == linked => {
                first.ref_type = ref_type;
            }
            _ => references.push(linked),
        }
    }
    Ok(references)
}

/// The name is the field `event`, unless the event has such an attribute.
fn log(event: span::Event) -> Log {
    let is_named = !event.name.is_empty() && event.attributes.iter().all(|attribute| attribute.key != EVENT);
    let name = is_named.then(|| text_tag(EVENT, event.name));
    Log {
        timestamp: microseconds(event.time_unix_nano),
        fields: name.into_iter().chain(event.attributes.into_iter().map(tag)).collect(),
    }
}

fn text_tag(key: &str, value: String) -> Tag {
    Tag { key: key.to_owned(), value: TagValue::String(value) }
}

/// The text of an attribute; of one that is no text it is empty, as in the collector.
fn text_of(attribute: &KeyValue) -> &str {
    match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        _ => "",
    }
}

fn microseconds(nanoseconds: u64) -> i64 {
    nanoseconds.cast_signed() / 1000
}

/// The halves; no bytes are zeros.
fn trace_id(bytes: &[u8]) -> Result<(i64, i64), String> {
    let halves = match bytes.as_chunks::<8>() {
        ([high, low], []) => Some((i64::from_be_bytes(*high), i64::from_be_bytes(*low))),
        ([], []) => Some((0, 0)),
        _ => None,
    };
    halves.ok_or_else(|| format!("invalid length for TraceID: {} bytes, not 16", bytes.len()))
}

fn span_id(bytes: &[u8]) -> Result<i64, String> {
    let id = match bytes.as_chunks::<8>() {
        ([id], []) => Some(i64::from_be_bytes(*id)),
        ([], []) => Some(0),
        _ => None,
    };
    id.ok_or_else(|| format!("invalid length for SpanID: {} bytes, not 8", bytes.len()))
}
