//! The types of the current OpenTelemetry SDK become those that `opentelemetry-jaeger` was built on.
//!
//! The old exporter sends the byte of the trace flags as Jaeger's flags. So Jaeger's own, debug and firehose, are put
//! there, and the attribute that carried them so far is left out.
//!
//! The W3C trace state and `parent_span_is_remote` stay behind: the former is never read by the old exporter, the
//! latter has no place in the old type.

use jaeger_propagation::{Flags, JaegerState};
use old_opentelemetry as old;
use opentelemetry::trace::{Event, Link, SpanContext, SpanKind, Status};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// What describes the process.
pub fn resource(resource: &Resource) -> old_sdk::Resource {
    let attributes = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    old_sdk::Resource::new(attributes.map(attribute))
}

/// One finished span.
pub fn span(mut span: SpanData) -> old_sdk::export::trace::SpanData {
    let flags = JaegerState::recorded_flags(&span.span_context, &span.attributes);
    span.attributes.retain(|attribute| attribute.key.as_str() != JaegerState::FLAGS_ATTRIBUTE);
    old_sdk::export::trace::SpanData {
        span_context: span_context(&span.span_context, flags),
        parent_span_id: old::trace::SpanId::from_bytes(span.parent_span_id.to_bytes()),
        span_kind: kind(&span.span_kind),
        name: span.name,
        start_time: span.start_time,
        end_time: span.end_time,
        attributes: attributes(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events: events(span.events),
        links: links(span.links),
        status: status(span.status),
        // Not read: the old exporter took its process from the resource when it was built.
        resource: Default::default(),
        instrumentation_lib: scope(&span.instrumentation_scope),
    }
}

fn span_context(context: &SpanContext, flags: Flags) -> old::trace::SpanContext {
    old::trace::SpanContext::new(
        old::trace::TraceId::from_bytes(context.trace_id().to_bytes()),
        old::trace::SpanId::from_bytes(context.span_id().to_bytes()),
        old::trace::TraceFlags::new(flags.bits()),
        context.is_remote(),
        old::trace::TraceState::NONE,
    )
}

fn kind(kind: &SpanKind) -> old::trace::SpanKind {
    match kind {
        SpanKind::Client => old::trace::SpanKind::Client,
        SpanKind::Server => old::trace::SpanKind::Server,
        SpanKind::Producer => old::trace::SpanKind::Producer,
        SpanKind::Consumer => old::trace::SpanKind::Consumer,
        SpanKind::Internal => old::trace::SpanKind::Internal,
    }
}

fn status(status: Status) -> old::trace::Status {
    match status {
        Status::Unset => old::trace::Status::Unset,
        Status::Ok => old::trace::Status::Ok,
        Status::Error { description } => old::trace::Status::Error { description },
    }
}

fn events(events: SpanEvents) -> old_sdk::trace::SpanEvents {
    // `non_exhaustive` leaves no other way to make one.
    let mut converted = old_sdk::trace::SpanEvents::default();
    converted.dropped_count = events.dropped_count;
    converted.events = events.events.into_iter().map(event).collect();
    converted
}

fn event(event: Event) -> old::trace::Event {
    let Event { name, timestamp, attributes: list, dropped_attributes_count, .. } = event;
    old::trace::Event::new(name, timestamp, attributes(list), dropped_attributes_count)
}

fn links(links: SpanLinks) -> old_sdk::trace::SpanLinks {
    let mut converted = old_sdk::trace::SpanLinks::default();
    converted.dropped_count = links.dropped_count;
    converted.links = links.links.into_iter().map(link).collect();
    converted
}

fn link(link: Link) -> old::trace::Link {
    let flags = Flags::NONE.with_sampled(link.span_context.is_sampled());
    let context = span_context(&link.span_context, flags);
    old::trace::Link::new(context, attributes(link.attributes), link.dropped_attributes_count)
}

fn scope(scope: &InstrumentationScope) -> old::InstrumentationLibrary {
    let mut library = old::InstrumentationLibrary::builder(scope.name().to_owned())
        .with_attributes(scope.attributes().cloned().map(attribute));
    if let Some(version) = scope.version() {
        library = library.with_version(version.to_owned());
    }
    if let Some(schema_url) = scope.schema_url() {
        library = library.with_schema_url(schema_url.to_owned());
    }
    library.build()
}

fn attributes(attributes: Vec<KeyValue>) -> Vec<old::KeyValue> {
    attributes.into_iter().map(attribute).collect()
}

fn attribute(attribute: KeyValue) -> old::KeyValue {
    old::KeyValue::new(String::from(attribute.key), value(attribute.value))
}

fn value(value: Value) -> old::Value {
    match value {
        Value::Bool(value) => old::Value::Bool(value),
        Value::I64(value) => old::Value::I64(value),
        // Jaeger's query service answers JSON, and fails for any search that finds one of them.
        Value::F64(value) if value.is_nan() => old::Value::String("NaN".into()),
        Value::F64(value) if value.is_infinite() => {
            old::Value::String(if value > 0.0 { "+Inf" } else { "-Inf" }.into())
        }
        Value::F64(value) => old::Value::F64(value),
        Value::String(value) => old::Value::String(string(value)),
        Value::Array(array) => old::Value::Array(self::array(array)),
        // A kind of value younger than this crate keeps its text.
        other => old::Value::String(other.to_string().into()),
    }
}

fn array(array: Array) -> old::Array {
    match array {
        Array::Bool(values) => old::Array::Bool(values),
        Array::I64(values) => old::Array::I64(values),
        Array::F64(values) => old::Array::F64(values),
        Array::String(values) => old::Array::String(values.into_iter().map(string).collect()),
        other => old::Array::String(vec![other.to_string().into()]),
    }
}

fn string(string: StringValue) -> old::StringValue {
    String::from(string).into()
}

#[cfg(test)]
mod tests;
