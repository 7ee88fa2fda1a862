//! Zipkin's second format, in JSON.

use std::{collections::BTreeMap, mem, net::IpAddr, num::NonZeroU64};

use opentelemetry_proto::tonic::{
    common::v1::{InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{
        ResourceSpans, ScopeSpans, Span as OtelSpan, Status, span,
        span::{Event, Link, SpanKind},
        status::StatusCode,
    },
};
use serde::Deserialize;

use super::attributes::{Attributes, START_ABSENT, attribute, of_json, text};
use crate::store::TraceId;

/// A span as Zipkin's clients send it; what is not here is ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span {
    trace_id: String,
    id: String,
    parent_id: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    timestamp: Option<u64>,
    duration: Option<u64>,
    local_endpoint: Option<Endpoint>,
    remote_endpoint: Option<Endpoint>,
    #[serde(default)]
    annotations: Option<Vec<Annotation>>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    service_name: Option<String>,
    ipv4: Option<IpAddr>,
    ipv6: Option<IpAddr>,
    port: Option<u16>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    timestamp: NonZeroU64,
    value: String,
}

/// Tags that speak of the process and not of the span.
const RESOURCE_PREFIXES: [&str; 14] = [
    "aws.ecs.",
    "aws.eks.",
    "aws.log.",
    "cloud.",
    "container.",
    "device.",
    "faas.",
    "host.",
    "k8s.",
    "opencensus.",
    "os.",
    "process.",
    "telemetry.",
    "webengine.",
];
const RESOURCE_KEYS: [&str; 5] =
    ["deployment.environment", "service.name", "service.namespace", "service.instance.id", "service.version"];

/// Where an OpenTelemetry exporter says that the service's name came from another attribute.
const NAME_SOURCE: &str = "otlp.service.name.source";
const LIBRARY_NAME: &str = "otel.library.name";
const LIBRARY_VERSION: &str = "otel.library.version";

/// As many links as the collector looks for.
const MAX_LINKS: usize = 128;

/// The spans by service, in the order of their names.
///
/// # Errors
/// If an id is none. Nothing is to be taken in then.
pub(super) fn resources(mut spans: Vec<Span>) -> Result<Vec<ResourceSpans>, String> {
    spans.sort_by(|a, b| a.service().cmp(&b.service()));
    let mut resources: Vec<ResourceSpans> = Vec::new();
    for span in spans {
        let (resource, scope, span) = span.read()?;
        match resources.last_mut() {
            Some(last) if last.resource.as_ref() == Some(&resource) => last.scope_spans.push(of(scope, span)),
            _ => resources.push(ResourceSpans {
                resource: Some(resource),
                scope_spans: vec![of(scope, span)],
                ..ResourceSpans::default()
            }),
        }
    }
    Ok(resources)
}

fn of(scope: InstrumentationScope, span: OtelSpan) -> ScopeSpans {
    ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() }
}

// === impl Span ===

impl Span {
    fn service(&self) -> Option<&str> {
        self.local_endpoint.as_ref()?.service_name.as_deref().filter(|name| !name.is_empty())
    }

    fn read(mut self) -> Result<(Resource, InstrumentationScope, OtelSpan), String> {
        let mut tags = self.tags.take().unwrap_or_default();
        let resource = self.service().map(|service| resource(&mut tags, service)).unwrap_or_default();
        let scope = InstrumentationScope {
            name: tags.remove(LIBRARY_NAME).unwrap_or_default(),
            version: tags.remove(LIBRARY_VERSION).unwrap_or_default(),
            ..InstrumentationScope::default()
        };
        let span_id = span_id(&self.id)?;
        let parent = self
            .parent_id
            .as_deref()
            .filter(|id| id.bytes().any(|digit| digit != b'0'))
            .map(self::span_id)
            .transpose()?;
        let kind = kind(self.kind.as_deref(), &mut tags);
        let trace_state = tags.remove("w3c.tracestate").unwrap_or_default();
        let status = status(&mut tags);
        let links = links(&mut tags);
        let start = self.timestamp.unwrap_or(0).saturating_mul(1000);
        let mut attributes: Attributes = tags.into_iter().map(|(key, value)| text(key, value)).collect();
        let mut put = |new| attributes.put(new);
        self.local_endpoint.iter().flat_map(|local| local.attributes("net.host")).for_each(&mut put);
        if let Some(remote) = &self.remote_endpoint {
            let service = remote.service_name.as_deref().filter(|name| !name.is_empty());
            service.map(|service| text("peer.service", service)).into_iter().for_each(&mut put);
            remote.attributes("net.peer").for_each(&mut put);
        }
        if start == 0 {
            put(attribute(START_ABSENT, Value::BoolValue(true)));
        }
        let span = OtelSpan {
            trace_id: trace_id(&self.trace_id)?,
            span_id: span_id.to_vec(),
            // A span that is its own parent is a root: the server's of a shared id.
            parent_span_id: parent.filter(|parent| *parent != span_id).map(Vec::from).unwrap_or_default(),
            trace_state,
            name: self.name.unwrap_or_default(),
            kind: kind.into(),
            start_time_unix_nano: start,
            end_time_unix_nano: start.saturating_add(self.duration.unwrap_or(0).saturating_mul(1000)),
            attributes: attributes.into_list(),
            events: self.annotations.unwrap_or_default().into_iter().map(Annotation::event).collect(),
            links,
            status,
            ..OtelSpan::default()
        };
        Ok((resource, scope, span))
    }
}

fn resource(tags: &mut BTreeMap<String, String>, service: &str) -> Resource {
    let source = tags.remove(NAME_SOURCE).filter(|source| !source.is_empty());
    let is_of_process = |key: &String| {
        RESOURCE_KEYS.contains(&key.as_str())
            || RESOURCE_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
    };
    let mut attributes = Attributes::default();
    attributes.put(text(source.unwrap_or_else(|| "service.name".to_owned()), service));
    let (of_process, others) = mem::take(tags).into_iter().partition(|(key, _)| is_of_process(key));
    *tags = others;
    BTreeMap::into_iter(of_process).for_each(|(key, value)| attributes.put(text(key, value)));
    Resource { attributes: attributes.into_list(), ..Resource::default() }
}

fn kind(kind: Option<&str>, tags: &mut BTreeMap<String, String>) -> SpanKind {
    match kind {
        Some("CLIENT") => SpanKind::Client,
        Some("SERVER") => SpanKind::Server,
        Some("PRODUCER") => SpanKind::Producer,
        Some("CONSUMER") => SpanKind::Consumer,
        _ => match tags.remove("span.kind").as_deref() {
            Some("internal") => SpanKind::Internal,
            _ => SpanKind::Unspecified,
        },
    }
}

/// The tag `error` makes it an error, and stays if it says more than `true`.
fn status(tags: &mut BTreeMap<String, String>) -> Option<Status> {
    let mut status = Status::default();
    if let Some(code) = tags.remove("otel.status_code") {
        let code = match code.as_str() {
            "STATUS_CODE_OK" | "Ok" => StatusCode::Ok,
            "STATUS_CODE_ERROR" | "Error" => StatusCode::Error,
            _ => StatusCode::Unset,
        };
        status.code = code.into();
        status.message = tags.remove("otel.status_description").unwrap_or_default();
    }
    if let Some(error) = tags.get("error") {
        status.code = StatusCode::Error.into();
        if error == "true" {
            tags.remove("error");
        }
    }
    Some(status)
}

/// `otlp.link.0` and so on, as OpenTelemetry's exporter writes them: trace id, span id, trace state, attributes in JSON, a count.
fn links(tags: &mut BTreeMap<String, String>) -> Vec<Link> {
    let mut links = Vec::new();
    for number in 0..MAX_LINKS {
        let key = format!("otlp.link.{number}");
        let Some(link) = tags.get(&key).and_then(|value| link(value)) else { break };
        tags.remove(&key);
        links.push(link);
    }
    links
}

fn link(value: &str) -> Option<Link> {
    let mut parts = value.splitn(4, '|');
    let (trace, span, trace_state, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (json, _dropped) = rest.rsplit_once('|')?;
    Some(Link {
        trace_id: trace_id(trace.trim_matches('"')).ok()?,
        span_id: span_id(span.trim_matches('"')).ok()?.to_vec(),
        trace_state: trace_state.to_owned(),
        attributes: of_json(json)?,
        ..Link::default()
    })
}

fn trace_id(text: &str) -> Result<Vec<u8>, String> {
    let id: TraceId = text.parse().map_err(|error: crate::store::ParseTraceIdError| error.to_string())?;
    Ok(id.to_bytes().to_vec())
}

/// Up to 16 digits; zero is none.
fn span_id(text: &str) -> Result<[u8; 8], String> {
    let is_hexadecimal = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    match u64::from_str_radix(text, 16) {
        Ok(0) => Err("valid ID required".to_owned()),
        Ok(id) if is_hexadecimal => Ok(id.to_be_bytes()),
        _ => Err(format!("strconv.ParseUint: parsing {text:?}: invalid syntax")),
    }
}

// === impl Endpoint ===

impl Endpoint {
    fn attributes(&self, prefix: &str) -> impl Iterator<Item = KeyValue> {
        let address =
            self.ipv6.or(self.ipv4).map(|ip| text(format!("{prefix}.ip"), ip.to_canonical().to_string()));
        let port = self.port.filter(|port| *port != 0);
        let port = port.map(|port| attribute(format!("{prefix}.port"), Value::IntValue(port.into())));
        [address, port].into_iter().flatten()
    }
}

// === impl Annotation ===

impl Annotation {
    /// OpenTelemetry's exporter writes an event as its name, its attributes in JSON and a count, with bars between; any other text is
    /// the event's name.
    fn event(self) -> Event {
        let time_unix_nano = self.timestamp.get().saturating_mul(1000);
        let parts =
            self.value.split_once('|').and_then(|(name, rest)| Some((name, rest.rsplit_once('|')?.0)));
        let written = parts.and_then(|(name, json)| Some((name.to_owned(), of_json(json)?)));
        let (name, attributes) = written.unwrap_or((self.value, Vec::new()));
        Event { time_unix_nano, name, attributes, ..span::Event::default() }
    }
}
