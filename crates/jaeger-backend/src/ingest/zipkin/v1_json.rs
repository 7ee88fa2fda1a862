//! Zipkin's first format in JSON.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use serde::Deserialize;

use super::v1::{Annotation, BinaryAnnotation, Endpoint, Span};
use crate::{json::or_default, store::TraceId};

/// A span as clients send it; what is not here is ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonSpan {
    #[serde(default, deserialize_with = "or_default")]
    trace_id: String,
    #[serde(default, deserialize_with = "or_default")]
    id: String,
    parent_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    timestamp: i64,
    #[serde(default, deserialize_with = "or_default")]
    duration: i64,
    #[serde(default, deserialize_with = "or_default")]
    annotations: Vec<JsonAnnotation>,
    #[serde(default, deserialize_with = "or_default")]
    binary_annotations: Vec<JsonBinaryAnnotation>,
}

#[derive(Debug, Deserialize)]
struct JsonAnnotation {
    #[serde(default, deserialize_with = "or_default")]
    timestamp: i64,
    #[serde(default, deserialize_with = "or_default")]
    value: String,
    endpoint: Option<JsonEndpoint>,
}

#[derive(Debug, Deserialize)]
struct JsonBinaryAnnotation {
    #[serde(default, deserialize_with = "or_default")]
    key: String,
    #[serde(default, deserialize_with = "or_default")]
    value: String,
    endpoint: Option<JsonEndpoint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonEndpoint {
    #[serde(default, deserialize_with = "or_default")]
    service_name: String,
    #[serde(default, deserialize_with = "or_default")]
    ipv4: String,
    #[serde(default, deserialize_with = "or_default")]
    ipv6: String,
    #[serde(default, deserialize_with = "or_default")]
    port: u16,
}

// === impl JsonSpan ===

impl JsonSpan {
    /// # Errors
    /// If an id has another length than Zipkin's, or is zero.
    pub(super) fn read(self) -> Result<Span, String> {
        let parent_id = self.parent_id.filter(|id| !id.is_empty());
        Ok(Span {
            trace_id: trace_id(&self.trace_id)?,
            id: span_id(&self.id).map_err(|reason| format!("zipkinV1 span id: {reason}"))?,
            parent_id: parent_id
                .map(|id| span_id(&id).map_err(|reason| format!("zipkinV1 span parentId: {reason}")))
                .transpose()?,
            name: self.name,
            timestamp: Some(self.timestamp).filter(|timestamp| *timestamp != 0),
            duration: self.duration,
            annotations: self.annotations.into_iter().map(JsonAnnotation::read).collect(),
            tags: self.binary_annotations.into_iter().map(JsonBinaryAnnotation::read).collect(),
        })
    }
}

fn trace_id(text: &str) -> Result<[u8; 16], String> {
    let refused = |reason: &str| format!("zipkinV1 span traceId: {reason}");
    if !matches!(text.len(), 16 | 32) {
        return Err(refused("hex traceId span has wrong length (expected 16 or 32)"));
    }
    let id: TraceId = text.parse().map_err(|_| refused("invalid digit"))?;
    match id == TraceId::default() {
        true => Err(refused("traceId is zero")),
        false => Ok(id.to_bytes()),
    }
}

fn span_id(text: &str) -> Result<[u8; 8], &'static str> {
    if text.len() != 16 {
        return Err("hex Id has wrong length (expected 16)");
    }
    if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("invalid digit");
    }
    match u64::from_str_radix(text, 16) {
        Ok(0) => Err("ID is zero"),
        Ok(id) => Ok(id.to_be_bytes()),
        Err(_) => Err("invalid digit"),
    }
}

// === impl JsonAnnotation ===

impl JsonAnnotation {
    fn read(self) -> Annotation {
        let endpoint = self.endpoint.map(|JsonEndpoint { service_name, ipv4, ipv6, port }| Endpoint {
            service_name,
            ipv4,
            ipv6,
            port,
        });
        Annotation { timestamp: self.timestamp, value: self.value, endpoint }
    }
}

// === impl JsonBinaryAnnotation ===

impl JsonBinaryAnnotation {
    fn read(self) -> BinaryAnnotation {
        let service = self.endpoint.map(|endpoint| endpoint.service_name).filter(|name| !name.is_empty());
        BinaryAnnotation { key: self.key, value: Value::StringValue(self.value), service }
    }
}
