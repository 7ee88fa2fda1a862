//! Zipkin's spans in a packet of the agent, by the rules of Jaeger's agent v1.62 (`model/converter/thrift/zipkin`).

use jaeger_thrift::{
    Batch, Log, Process, RefType, Span, SpanRef, Tag, TagValue, ZipkinAnnotation, ZipkinBinaryAnnotation,
    ZipkinEndpoint, ZipkinSpan,
};

use super::sanitize::sanitized;
use crate::json::encode_base64;

/// The flag of a debug trace.
const DEBUG: i32 = 2;

/// The service of a span that names none.
const UNKNOWN_SERVICE: &str = "unknown-service-name";

/// A batch for each span, and for a span of both sides of a call two spans.
pub(crate) fn batches_of_packet(spans: Vec<ZipkinSpan>) -> impl Iterator<Item = Batch> {
    spans.into_iter().map(|span| batch(&sanitized(span)))
}

fn batch(span: &ZipkinSpan) -> Batch {
    let process = process(span);
    let core = |wanted: &str| span.annotations.iter().find(|annotation| annotation.value == wanted);
    let first_side = span.annotations.iter().find_map(|annotation| side(&annotation.value));
    let (start_time, duration) = times(span, core);
    let mut tags: Vec<_> =
        span.binary_annotations.iter().filter(|tag| of_process(&tag.key).is_none()).flat_map(tags).collect();
    tags.extend(first_side.map(kind_tag));
    let references = span.parent_id.map(|parent| SpanRef {
        ref_type: RefType::ChildOf,
        trace_id_low: span.trace_id,
        trace_id_high: span.trace_id_high.unwrap_or(0),
        span_id: parent,
    });
    let jaeger_span = Span {
        trace_id_low: span.trace_id,
        trace_id_high: span.trace_id_high.unwrap_or(0),
        span_id: span.id,
        operation_name: span.name.clone(),
        references: references.into_iter().collect(),
        flags: if span.debug { DEBUG } else { 0 },
        start_time,
        duration,
        tags,
        logs: span.annotations.iter().filter_map(log).collect(),
        ..Span::default()
    };
    let between = |first: &ZipkinAnnotation, last: Option<&ZipkinAnnotation>| {
        last.map_or(0, |last| last.timestamp.saturating_sub(first.timestamp))
    };
    // A span of both sides of a call becomes two of one id.
    let other = core("cs").zip(core("sr")).map(|(sent, received)| {
        let (kind, start, duration) = match first_side {
            Some("client") => ("server", received, between(received, core("ss"))),
            _ => ("client", sent, between(sent, core("cr"))),
        };
        let (tags, start_time) = (vec![kind_tag(kind)], start.timestamp);
        Span { tags, start_time, duration, logs: Vec::new(), ..jaeger_span.clone() }
    });
    Batch { process, spans: [Some(jaeger_span), other].into_iter().flatten().collect(), ..Batch::default() }
}

fn times<'s>(span: &'s ZipkinSpan, core: impl Fn(&str) -> Option<&'s ZipkinAnnotation>) -> (i64, i64) {
    let (start, duration) = (span.timestamp.unwrap_or(0), span.duration.unwrap_or(0));
    if start != 0 {
        return (start, duration);
    }
    let (first, last) = if core("cs").is_some() { ("cs", "cr") } else { ("sr", "ss") };
    let Some(first) = core(first) else { return (0, duration) };
    let measured = core(last).filter(|_| duration == 0);
    (first.timestamp, measured.map_or(duration, |last| last.timestamp.saturating_sub(first.timestamp)))
}

fn process(span: &ZipkinSpan) -> Process {
    let of_process = |tag: &ZipkinBinaryAnnotation| Some((of_process(&tag.key)?, tag.clone()));
    let known = span.binary_annotations.iter().filter_map(of_process);
    let mut tags: Vec<_> = known.map(|(key, tag)| Tag { key: key.to_owned(), value: value(&tag) }).collect();
    let host = host(span);
    if let Some(ipv4) = host.map(|host| host.ipv4).filter(|ipv4| *ipv4 != 0) {
        tags.push(Tag { key: "ip".to_owned(), value: TagValue::Long(ipv4.into()) });
    }
    let service_name = host.map_or(UNKNOWN_SERVICE, |host| &host.service_name).to_owned();
    Process { service_name, tags }
}

/// The service: of the annotations of the call, of the local component, of any annotation, of any tag.
fn host(span: &ZipkinSpan) -> Option<&ZipkinEndpoint> {
    let of_calls = span.annotations.iter().filter(|annotation| side(&annotation.value).is_some());
    let of_component = span.binary_annotations.iter().filter(|tag| tag.key == "lc");
    let hosts = of_calls
        .map(|annotation| &annotation.host)
        .chain(of_component.map(|tag| &tag.host))
        .chain(span.annotations.iter().map(|annotation| &annotation.host))
        .chain(span.binary_annotations.iter().map(|tag| &tag.host));
    hosts.flatten().find(|host| !host.service_name.is_empty())
}

/// The process tag that a tag stands for.
fn of_process(key: &str) -> Option<&'static str> {
    match key {
        "jaegerClient" | "jaeger.version" => Some("jaeger.version"),
        "jaeger.hostname" => Some("hostname"),
        _ => None,
    }
}

/// The side of a call that an annotation is of; `None` of a log.
fn side(annotation: &str) -> Option<&'static str> {
    match annotation {
        "cs" | "cr" => Some("client"),
        "ss" | "sr" => Some("server"),
        _ => None,
    }
}

fn kind_tag(kind: &str) -> Tag {
    Tag { key: "span.kind".to_owned(), value: TagValue::String(kind.to_owned()) }
}

fn tags(tag: &ZipkinBinaryAnnotation) -> Vec<Tag> {
    match tag.key.as_str() {
        "sa" | "ca" | "ma" => tag.host.as_ref().map(peer_tags).unwrap_or_default(),
        "lc" => {
            let component = String::from_utf8_lossy(&tag.value).into_owned();
            vec![Tag { key: "component".to_owned(), value: TagValue::String(component) }]
        }
        key => vec![Tag { key: key.to_owned(), value: value(tag) }],
    }
}

fn peer_tags(host: &ZipkinEndpoint) -> Vec<Tag> {
    let tag = |key: &str, value| Tag { key: key.to_owned(), value };
    let mut tags = vec![tag("peer.service", TagValue::String(host.service_name.clone()))];
    if host.ipv4 != 0 {
        tags.push(tag("peer.ipv4", TagValue::Long(host.ipv4.cast_unsigned().into())));
    }
    if let Some(ipv6) = &host.ipv6 {
        tags.push(tag("peer.ipv6", TagValue::Binary(ipv6.clone())));
    }
    if host.port != 0 {
        tags.push(tag("peer.port", TagValue::Long(host.port.cast_unsigned().into())));
    }
    tags
}

fn value(ZipkinBinaryAnnotation { value: bytes, annotation_type, .. }: &ZipkinBinaryAnnotation) -> TagValue {
    let number = match annotation_type {
        0 => return TagValue::Bool(bytes == &[1]),
        1 => return TagValue::Binary(bytes.clone()),
        2 => bytes.first_chunk().map(|bytes| TagValue::Long(i16::from_be_bytes(*bytes).into())),
        3 => bytes.first_chunk().map(|bytes| TagValue::Long(i32::from_be_bytes(*bytes).into())),
        4 => bytes.first_chunk().map(|bytes| TagValue::Long(i64::from_be_bytes(*bytes))),
        5 => bytes.first_chunk().map(|bytes| TagValue::Double(f64::from_be_bytes(*bytes))),
        6 => return TagValue::String(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    };
    number.unwrap_or_else(|| {
        let reason = match (annotation_type, bytes.is_empty()) {
            (2..=5, true) => "EOF".to_owned(),
            (2..=5, false) => "unexpected EOF".to_owned(),
            _ => format!("unknown zipkin annotation type: {annotation_type}"),
        };
        TagValue::String(format!("Cannot parse Zipkin value {}: {reason}", encode_base64(bytes)))
    })
}

/// An annotation that is of no call. One that is a JSON object of texts has each of them as a field: so some clients write logs.
fn log(annotation: &ZipkinAnnotation) -> Option<Log> {
    if annotation.value.is_empty() || side(&annotation.value).is_some() {
        return None;
    }
    let field = |(key, text)| Tag { key, value: TagValue::String(text) };
    let fields: Option<std::collections::BTreeMap<String, String>> =
        serde_json::from_str(&annotation.value).ok();
    let fields = fields.map(|fields| fields.into_iter().map(field).collect());
    let event = || vec![field(("event".to_owned(), annotation.value.clone()))];
    Some(Log { timestamp: annotation.timestamp, fields: fields.unwrap_or_else(event) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jaeger's agent drops the whole packet.
    #[test]
    fn a_span_that_names_no_service_is_kept() {
        let spans = vec![ZipkinSpan { name: "alone".to_owned(), id: 1, ..ZipkinSpan::default() }];
        let batches: Vec<_> = batches_of_packet(spans).collect();
        let [batch] = batches.as_slice() else { panic!("{batches:?}") };
        assert_eq!((batch.process.service_name.as_str(), batch.spans.len()), (UNKNOWN_SERVICE, 1));
    }
}
