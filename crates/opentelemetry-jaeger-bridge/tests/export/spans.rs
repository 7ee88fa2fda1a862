//! The span that every test exports, and what must arrive.

use std::time::{Duration, UNIX_EPOCH};

use jaeger_thrift::{Log, Process, RefType, Span, SpanRef, Tag, TagValue};
use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};

pub(crate) fn resource() -> Resource {
    Resource::builder_empty().with_service_name("shop").with_attribute(KeyValue::new("replicas", 3)).build()
}

/// Process tags come out of a hash map, so they are compared sorted.
pub(crate) fn process() -> Process {
    Process {
        service_name: "shop".into(),
        tags: vec![tag("replicas", TagValue::Long(3)), text("service.name", "shop")],
    }
}

pub(crate) fn sorted(mut process: Process) -> Process {
    process.tags.sort_by(|a, b| a.key.cmp(&b.key));
    process
}

pub(crate) fn export(exporter: &impl SpanExporter, spans: Vec<SpanData>) -> OTelSdkResult {
    futures_executor::block_on(exporter.export(spans))
}

pub(crate) fn span_data(span_id: u64) -> SpanData {
    let mut events = SpanEvents::default();
    let at = UNIX_EPOCH + Duration::from_micros(1_700_000_000_500_000);
    events.events.push(Event::new("retry", at, vec![KeyValue::new("attempt", 2)], 0));

    let mut links = SpanLinks::default();
    links.links.push(Link::new(context(0x99), Vec::new(), 0));

    SpanData {
        span_context: context(span_id),
        parent_span_id: SpanId::from(7_u64),
        parent_span_is_remote: true,
        span_kind: SpanKind::Server,
        name: "checkout".into(),
        start_time: UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_000),
        end_time: UNIX_EPOCH + Duration::from_micros(1_700_000_000_750_000),
        attributes: vec![
            KeyValue::new("user", "ada"),
            KeyValue::new("items", Value::Array(Array::I64(vec![1, 2]))),
        ],
        dropped_attributes_count: 0,
        events,
        links,
        status: Status::error("card refused"),
        instrumentation_scope: InstrumentationScope::builder("shop-http").with_version("1.2.3").build(),
    }
}

pub(crate) fn thrift_span(span_id: i64) -> Span {
    Span {
        trace_id_low: 2,
        trace_id_high: 1,
        span_id,
        parent_span_id: 7,
        operation_name: "checkout".into(),
        references: vec![SpanRef {
            ref_type: RefType::FollowsFrom,
            trace_id_low: 2,
            trace_id_high: 1,
            span_id: 0x99,
        }],
        flags: 1,
        start_time: 1_700_000_000_000_000,
        duration: 750_000,
        tags: vec![
            text("user", "ada"),
            text("items", "[1,2]"),
            text("otel.library.name", "shop-http"),
            text("otel.library.version", "1.2.3"),
            text("span.kind", "server"),
            tag("error", TagValue::Bool(true)),
            text("otel.status_code", "ERROR"),
            text("otel.status_description", "card refused"),
        ],
        logs: vec![Log {
            timestamp: 1_700_000_000_500_000,
            fields: vec![tag("attempt", TagValue::Long(2)), text("event", "retry")],
        }],
    }
}

fn context(span_id: u64) -> SpanContext {
    let trace_id = TraceId::from((1_u128 << 64) | 2);
    SpanContext::new(trace_id, SpanId::from(span_id), TraceFlags::SAMPLED, false, TraceState::NONE)
}

fn text(key: &str, value: &str) -> Tag {
    tag(key, TagValue::String(value.into()))
}

fn tag(key: &str, value: TagValue) -> Tag {
    Tag { key: key.into(), value }
}
