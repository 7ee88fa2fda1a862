//! Zipkin's first format, whether it came as JSON or as Thrift.

use std::collections::HashMap;

use opentelemetry_proto::tonic::{
    common::v1::any_value::Value,
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span as OtelSpan, span::Event, span::SpanKind},
};

use super::{
    attributes::{Attributes, attribute, text},
    status::StatusOfTags,
};

/// A span of the first format.
#[derive(Debug, Default)]
pub(super) struct Span {
    pub(super) trace_id: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent_id: Option<[u8; 8]>,
    pub(super) name: String,
    /// Microseconds.
    pub(super) timestamp: Option<i64>,
    /// Microseconds.
    pub(super) duration: i64,
    pub(super) annotations: Vec<Annotation>,
    pub(super) tags: Vec<BinaryAnnotation>,
}

#[derive(Debug)]
pub(super) struct Annotation {
    /// Microseconds.
    pub(super) timestamp: i64,
    pub(super) value: String,
    pub(super) endpoint: Option<Endpoint>,
}

#[derive(Debug)]
pub(super) struct BinaryAnnotation {
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) service: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Endpoint {
    pub(super) service_name: String,
    pub(super) ipv4: String,
    pub(super) ipv6: String,
    pub(super) port: u16,
}

/// Spans that become OpenTelemetry's, by endpoint.
#[derive(Debug, Default)]
pub(super) struct ToOtel {
    by_endpoint: Vec<(Endpoint, Vec<OtelSpan>)>,
    places: HashMap<Endpoint, usize>,
}

const UNKNOWN_SERVICE: &str = "unknown-service";

/// The key of a span's own component in its tags.
const LOCAL_COMPONENT: &str = "lc";

// === impl ToOtel ===

impl ToOtel {
    pub(super) fn add(&mut self, span: Span) {
        let (endpoint, span) = span.read();
        let place = *self.places.entry(endpoint.clone()).or_insert(self.by_endpoint.len());
        match self.by_endpoint.get_mut(place) {
            Some((_, spans)) => spans.push(span),
            None => self.by_endpoint.push((endpoint, vec![span])),
        }
    }

    pub(super) fn resources(self) -> Vec<ResourceSpans> {
        let resource = |(endpoint, spans): (Endpoint, _)| ResourceSpans {
            resource: Some(endpoint.resource()),
            scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        };
        self.by_endpoint.into_iter().map(resource).collect()
    }
}

// === impl Span ===

impl Span {
    fn read(self) -> (Endpoint, OtelSpan) {
        let endpoint = self.endpoint();
        let side = self.annotations.iter().find_map(|annotation| kind(&annotation.value));
        let times = || self.annotations.iter().filter(|annotation| !annotation.value.is_empty());
        let first = times().map(|annotation| annotation.timestamp).min().unwrap_or(0);
        let last = times().map(|annotation| annotation.timestamp).max().unwrap_or(0);
        let end = |start: i64| start.saturating_add(self.duration);
        let (start, end) = self.timestamp.map_or((first, last), |start| (start, end(start)));
        let mut status = StatusOfTags::default();
        let mut attributes = Attributes::default();
        for BinaryAnnotation { key, value, .. } in self.tags {
            let key = if key == LOCAL_COMPONENT { "component".to_owned() } else { key };
            if !status.takes(&key, &value) {
                attributes.put(attribute(key, value));
            }
        }
        let logs = self
            .annotations
            .into_iter()
            .filter(|annotation| !annotation.value.is_empty() && kind(&annotation.value).is_none());
        let event = |annotation: Annotation| Event {
            time_unix_nano: nanoseconds(annotation.timestamp),
            name: annotation.value,
            ..Event::default()
        };
        let span = OtelSpan {
            trace_id: self.trace_id.to_vec(),
            span_id: self.id.to_vec(),
            parent_span_id: self.parent_id.map(Vec::from).unwrap_or_default(),
            name: self.name,
            kind: side.unwrap_or(SpanKind::Unspecified).into(),
            start_time_unix_nano: nanoseconds(start),
            end_time_unix_nano: nanoseconds(end),
            attributes: attributes.into_list(),
            events: logs.map(event).collect(),
            status: status.status(),
            ..OtelSpan::default()
        };
        (endpoint, span)
    }

    /// That of the first annotation of a call that names a service; else the service that a tag names, or its component.
    fn endpoint(&self) -> Endpoint {
        let of_call = self.annotations.iter().find_map(|annotation| {
            let endpoint = annotation.endpoint.as_ref()?;
            (kind(&annotation.value).is_some() && !endpoint.service_name.is_empty()).then(|| endpoint.clone())
        });
        of_call.unwrap_or_else(|| {
            let of_tags = self.tags.iter().rev().find_map(|tag| tag.service.clone());
            let component = || {
                let tag = self.tags.iter().rev().find(|tag| tag.key == LOCAL_COMPONENT)?;
                super::attributes::as_text(&tag.value).map(str::to_owned)
            };
            let service_name = of_tags.or_else(component).filter(|name| !name.is_empty());
            Endpoint {
                service_name: service_name.unwrap_or_else(|| UNKNOWN_SERVICE.to_owned()),
                ..Endpoint::default()
            }
        })
    }
}

/// The side of a call that an annotation is of; `None` of a log.
fn kind(value: &str) -> Option<SpanKind> {
    match value {
        "cs" | "cr" => Some(SpanKind::Client),
        "ss" | "sr" => Some(SpanKind::Server),
        "ms" => Some(SpanKind::Producer),
        "mr" => Some(SpanKind::Consumer),
        _ => None,
    }
}

fn nanoseconds(microseconds: i64) -> u64 {
    u64::try_from(microseconds).unwrap_or(0).saturating_mul(1000)
}

// === impl Endpoint ===

impl Endpoint {
    fn resource(self) -> Resource {
        let port = if self.port == 0 { String::new() } else { self.port.to_string() };
        let address = [("ipv4", self.ipv4), ("ipv6", self.ipv6), ("port", port)];
        let address = address.into_iter().filter(|(_, value)| !value.is_empty());
        let named = [("service.name", self.service_name)].into_iter();
        let attributes = named.chain(address).map(|(key, value)| text(key, value)).collect();
        Resource { attributes, ..Resource::default() }
    }
}
