use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

use super::*;

#[test]
fn ids_flags_and_remoteness() {
    let converted = span(sample()).span_context;
    assert_eq!(converted.trace_id().to_string(), "0102030405060708090a0b0c0d0e0f10");
    assert_eq!(converted.span_id().to_string(), "1112131415161718");
    assert_eq!(converted.trace_flags().to_u8(), 0x01);
    assert!(converted.is_remote());
}

#[test]
fn jaeger_flags_come_from_the_reserved_attribute_which_is_no_tag() {
    let mut debug = sample();
    let tags = debug.attributes.len();
    debug.attributes.push(KeyValue::new(JaegerState::FLAGS_ATTRIBUTE, 0xa));
    let converted = span(debug);
    assert_eq!(converted.span_context.trace_flags().to_u8(), 0xb);
    assert_eq!(converted.attributes.len(), tags);
}

#[test]
fn parent() {
    assert_eq!(span(sample()).parent_span_id.to_string(), "2122232425262728");

    let root = SpanData { parent_span_id: SpanId::INVALID, ..sample() };
    assert_eq!(span(root).parent_span_id, old::trace::SpanId::INVALID);
}

#[test]
fn name_and_times() {
    let converted = span(sample());
    assert_eq!(converted.name, "checkout");
    assert_eq!(converted.start_time, UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789));
    assert_eq!(converted.end_time, UNIX_EPOCH + Duration::from_nanos(1_700_000_001_123_456_789));
}

#[test]
fn every_kind() {
    use old::trace::SpanKind as Old;
    for (current, expected) in [
        (SpanKind::Client, Old::Client),
        (SpanKind::Server, Old::Server),
        (SpanKind::Producer, Old::Producer),
        (SpanKind::Consumer, Old::Consumer),
        (SpanKind::Internal, Old::Internal),
    ] {
        assert_eq!(span(SpanData { span_kind: current, ..sample() }).span_kind, expected);
    }
}

#[test]
fn every_status() {
    use old::trace::Status as Old;
    for (current, expected) in [
        (Status::Unset, Old::Unset),
        (Status::Ok, Old::Ok),
        (Status::error("card refused"), Old::error("card refused")),
    ] {
        assert_eq!(span(SpanData { status: current, ..sample() }).status, expected);
    }
}

#[test]
fn attributes_keep_order_types_and_duplicates() {
    let converted = span(SpanData {
        attributes: vec![
            KeyValue::new("text", "static"),
            KeyValue::new(String::from("text"), String::from("owned")),
            KeyValue::new("flag", true),
            KeyValue::new("count", i64::MIN),
            KeyValue::new("ratio", 0.25),
        ],
        ..sample()
    });
    assert_eq!(
        converted.attributes,
        [
            old::KeyValue::new("text", "static"),
            old::KeyValue::new("text", "owned"),
            old::KeyValue::new("flag", true),
            old::KeyValue::new("count", i64::MIN),
            old::KeyValue::new("ratio", 0.25),
        ]
    );
    assert_eq!(converted.dropped_attributes_count, 3);
}

#[test]
fn numbers_that_json_does_not_have_are_text() {
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let attributes = numbers.map(|number| KeyValue::new("number", number)).to_vec();
    let converted = span(SpanData { attributes, ..sample() });
    assert_eq!(converted.attributes, ["NaN", "+Inf", "-Inf"].map(|text| old::KeyValue::new("number", text)));
}

#[test]
fn arrays_of_each_type() {
    let converted = span(SpanData {
        attributes: vec![
            KeyValue::new("texts", Value::Array(vec![StringValue::from("a"), "b\"c".into()].into())),
            KeyValue::new("flags", Value::Array(vec![true, false].into())),
            KeyValue::new("counts", Value::Array(vec![1_i64, -2].into())),
            KeyValue::new("ratios", Value::Array(vec![0.5, 1.5].into())),
        ],
        ..sample()
    });
    assert_eq!(
        converted.attributes.into_iter().map(|attribute| attribute.value).collect::<Vec<_>>(),
        [
            old::Value::Array(vec![old::StringValue::from("a"), "b\"c".into()].into()),
            old::Value::Array(vec![true, false].into()),
            old::Value::Array(vec![1_i64, -2].into()),
            old::Value::Array(vec![0.5, 1.5].into()),
        ]
    );
}

#[test]
fn events_with_attributes_and_dropped_counts() {
    let events = span(sample()).events;
    assert_eq!(
        events.events,
        [old::trace::Event::new(
            "retry",
            UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            vec![old::KeyValue::new("attempt", 2)],
            4,
        )]
    );
    assert_eq!(events.dropped_count, 5);
}

#[test]
fn links_with_attributes_and_dropped_counts() {
    let links = span(sample()).links;
    assert_eq!(
        links.links,
        [old::trace::Link::new(
            old::trace::SpanContext::new(
                old::trace::TraceId::from_bytes([0x33; 16]),
                old::trace::SpanId::from_bytes([0x44; 8]),
                old::trace::TraceFlags::SAMPLED,
                false,
                old::trace::TraceState::NONE,
            ),
            vec![old::KeyValue::new("why", "batch")],
            6,
        )]
    );
    assert_eq!(links.dropped_count, 7);
}

#[test]
fn scope_with_all_its_parts() {
    let library = span(sample()).instrumentation_lib;
    assert_eq!(library.name, "shop");
    assert_eq!(library.version.as_deref(), Some("1.2.3"));
    assert_eq!(library.schema_url.as_deref(), Some("https://example.org/schema"));
    assert_eq!(library.attributes, [old::KeyValue::new("team", "payments")]);
}

#[test]
fn scope_with_only_a_name() {
    let scope = InstrumentationScope::builder("shop").build();
    let library = span(SpanData { instrumentation_scope: scope, ..sample() }).instrumentation_lib;
    assert_eq!(library, old::InstrumentationLibrary::builder("shop").build());
    assert!(library.attributes.is_empty());
}

#[test]
fn resource_attributes() {
    let current = Resource::builder_empty()
        .with_service_name("shop")
        .with_attribute(KeyValue::new("replicas", 3))
        .build();
    assert_eq!(
        resource(&current),
        old_sdk::Resource::new([
            old::KeyValue::new("service.name", "shop"),
            old::KeyValue::new("replicas", 3),
        ])
    );
}

fn sample() -> SpanData {
    let mut events = SpanEvents::default();
    let at = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    events.events.push(Event::new("retry", at, vec![KeyValue::new("attempt", 2)], 4));
    events.dropped_count = 5;

    let linked = SpanContext::new(
        TraceId::from_bytes([0x33; 16]),
        SpanId::from_bytes([0x44; 8]),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    );
    let mut links = SpanLinks::default();
    links.links.push(Link::new(linked, vec![KeyValue::new("why", "batch")], 6));
    links.dropped_count = 7;

    SpanData {
        span_context: SpanContext::new(
            TraceId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
            SpanId::from_bytes([0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]),
            TraceFlags::new(0x05),
            true,
            TraceState::NONE,
        ),
        parent_span_id: SpanId::from_bytes([0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28]),
        parent_span_is_remote: true,
        span_kind: SpanKind::Server,
        name: "checkout".into(),
        start_time: UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789),
        end_time: UNIX_EPOCH + Duration::from_nanos(1_700_000_001_123_456_789),
        attributes: Vec::new(),
        dropped_attributes_count: 3,
        events,
        links,
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("shop")
            .with_version("1.2.3")
            .with_schema_url("https://example.org/schema")
            .with_attributes([KeyValue::new("team", "payments")])
            .build(),
    }
}
