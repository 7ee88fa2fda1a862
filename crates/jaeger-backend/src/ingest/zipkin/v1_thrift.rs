//! Zipkin's first format in Thrift, as it is sent by HTTP.

use std::net::{Ipv4Addr, Ipv6Addr};

use jaeger_thrift::{ZipkinAnnotation, ZipkinBinaryAnnotation, ZipkinEndpoint, ZipkinSpan};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use super::v1::{Annotation, BinaryAnnotation, Endpoint, Span};
use crate::{json::encode_base64, store::TraceId};

// === impl Span ===

impl From<ZipkinSpan> for Span {
    fn from(span: ZipkinSpan) -> Self {
        Self {
            trace_id: TraceId::from_halves(span.trace_id_high.unwrap_or(0), span.trace_id).to_bytes(),
            id: span.id.to_be_bytes(),
            parent_id: span.parent_id.map(i64::to_be_bytes),
            name: span.name,
            timestamp: span.timestamp,
            duration: span.duration.unwrap_or(0),
            annotations: span.annotations.into_iter().map(Annotation::from).collect(),
            tags: span.binary_annotations.into_iter().map(BinaryAnnotation::from).collect(),
        }
    }
}

impl From<ZipkinAnnotation> for Annotation {
    fn from(ZipkinAnnotation { timestamp, value, host }: ZipkinAnnotation) -> Self {
        Self { timestamp, value, endpoint: host.map(Endpoint::from) }
    }
}

impl From<ZipkinBinaryAnnotation> for BinaryAnnotation {
    fn from(annotation: ZipkinBinaryAnnotation) -> Self {
        let ZipkinBinaryAnnotation { key, value: bytes, annotation_type, host } = annotation;
        Self { key, value: value(annotation_type, &bytes), service: host.map(|host| host.service_name) }
    }
}

impl From<ZipkinEndpoint> for Endpoint {
    fn from(ZipkinEndpoint { ipv4, port, service_name, ipv6 }: ZipkinEndpoint) -> Self {
        let ipv4 = Some(ipv4).filter(|ip| *ip != 0);
        let ipv6 = ipv6.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        Self {
            service_name,
            ipv4: ipv4.map(|ip| Ipv4Addr::from_bits(ip.cast_unsigned()).to_string()).unwrap_or_default(),
            ipv6: ipv6.map(|bytes| Ipv6Addr::from(bytes).to_canonical().to_string()).unwrap_or_default(),
            port: port.cast_unsigned(),
        }
    }
}

fn value(annotation_type: i32, bytes: &[u8]) -> Value {
    let number = match annotation_type {
        0 => return Value::BoolValue(bytes == [1]),
        1 => return Value::StringValue(encode_base64(bytes)),
        2 => bytes.first_chunk().map(|bytes| Value::IntValue(i16::from_be_bytes(*bytes).into())),
        3 => bytes.first_chunk().map(|bytes| Value::IntValue(i32::from_be_bytes(*bytes).into())),
        4 => bytes.first_chunk().map(|bytes| Value::IntValue(i64::from_be_bytes(*bytes))),
        5 => bytes.first_chunk().map(|bytes| Value::DoubleValue(f64::from_be_bytes(*bytes))),
        6 => return Value::StringValue(String::from_utf8_lossy(bytes).into_owned()),
        unknown => {
            return Value::StringValue(format!("<unknown zipkin v1 binary annotation type ({unknown})>"));
        }
    };
    let too_short = || Value::StringValue("<not enough bytes representing the number>".to_owned());
    number.unwrap_or_else(too_short)
}
