//! OpenTelemetry's protocol: the same request in JSON and in protobuf.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::{Value, json};

use crate::{Door, NO_FIELDS_OF_GO, Permitted, Sent, assert_shown_alike};

const TRACE: &str = "0b2bdf4251e5ce0e11b21f3290c35d99";

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn span(id: u64, parent: u64, name: &str, more: &Value) -> Value {
    let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
    let mut span = json!({
        "traceId": TRACE, "spanId": format!("{id:016x}"), "parentSpanId": parent, "name": name, "kind": 1,
        "startTimeUnixNano": format!("{}", 1_795_333_714_000_000_000_u64 + id * 1_500),
        "endTimeUnixNano": format!("{}", 1_795_333_714_000_900_999_u64 + id),
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        span[key] = value.clone();
    }
    span
}

fn resource(attributes: &[Value], scope: &Value, spans: &[Value]) -> Value {
    json!({"resource": {"attributes": attributes}, "scopeSpans": [{"scope": scope, "spans": spans}]})
}

#[track_caller]
fn assert_alike(permitted: &[Permitted], resources: &[Value]) {
    let request = json!({ "resourceSpans": resources });
    let message: ExportTraceServiceRequest = serde_json::from_value(request.clone()).unwrap();
    let json = Sent::new(Door::Otlp("application/json"), request.to_string());
    let protobuf = Sent::new(Door::Otlp("application/x-protobuf"), message.encode_to_vec());
    assert_shown_alike(permitted, &[json]);
    assert_shown_alike(permitted, &[protobuf]);
}

#[test]
fn values_of_every_sort() {
    let attributes = json!([
        text("text", "<a href=\"x\">&</a>"),
        {"key": "yes", "value": {"boolValue": true}},
        {"key": "long", "value": {"intValue": "-42"}},
        {"key": "number", "value": {"intValue": 7}},
        {"key": "largest", "value": {"intValue": "9223372036854775807"}},
        {"key": "double", "value": {"doubleValue": 0.5}},
        {"key": "bytes", "value": {"bytesValue": "AP8+Pw=="}},
        {"key": "list", "value": {"arrayValue": {"values": [
            {"stringValue": "<a>"}, {"intValue": "1"}, {"doubleValue": 2.0}, {"doubleValue": 1e21}, {"doubleValue": 1e-7}, {"boolValue": false},
            {"arrayValue": {"values": []}}, {"bytesValue": "AQI="}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [text("b", "2"), text("a", "1"), {"key": "n", "value": {"kvlistValue": {"values": []}}}]}}},
        {"key": "none", "value": {}},
        text("twice", "1"),
        text("twice", "2"),
        text("telemetry.sdk.language", "rust"),
    ]);
    let events = json!([
        {"timeUnixNano": "1795333714000500999", "name": "exception", "attributes": [text("exception.message", "m"), text("a", "1")]},
        {"timeUnixNano": "1795333714000400000", "name": "named twice", "attributes": [text("event", "own")]},
        {"timeUnixNano": "1795333714000300000", "name": "", "attributes": [text("b", "2"), text("a", "1")]},
        {"timeUnixNano": "1795333714000200000", "name": "alone"},
    ]);
    let root = span(
        1,
        0,
        "root",
        &json!({"attributes": attributes, "events": events, "traceState": "a=1,b=2", "kind": 2}),
    );
    let process = [text("service.name", "otlp"), text("host.name", "h"), text("telemetry.sdk.name", "x")];
    assert_alike(&[], &[resource(&process, &json!({"name": "scope", "version": "1.2"}), &[root])]);
}

#[test]
fn kinds_and_outcomes() {
    let status = |status: Value| json!({ "status": status });
    let kind = |kind: i32| json!({ "kind": kind });
    let spans = [
        span(1, 0, "unspecified", &kind(0)),
        span(2, 1, "internal", &kind(1)),
        span(3, 1, "server", &kind(2)),
        span(4, 1, "client", &kind(3)),
        span(5, 1, "producer", &kind(4)),
        span(6, 1, "consumer", &kind(5)),
        span(7, 1, "ok", &status(json!({"code": 1, "message": "not shown?"}))),
        span(8, 1, "error", &status(json!({"code": 2, "message": "no space left"}))),
        span(9, 1, "error alone", &status(json!({"code": 2}))),
        span(10, 1, "message alone", &status(json!({"message": "m"}))),
        span(
            11,
            1,
            "own tags",
            &json!({"attributes": [text("error", "x"), text("span.kind", "own")], "status": {"code": 2}}),
        ),
    ];
    assert_alike(&[], &[resource(&[text("service.name", "kinds")], &json!({}), &spans)]);
}

#[test]
fn links_and_parents() {
    let link = |trace: &str, id: u64, ref_type: Option<&str>| {
        let attributes: Vec<_> = ref_type.iter().map(|kind| text("opentracing.ref_type", kind)).collect();
        json!({"traceId": trace, "spanId": format!("{id:016x}"), "attributes": attributes})
    };
    let links = |links: &[Value]| json!({ "links": links });
    let other = "000000000000000000000000000000ff";
    let spans = [
        span(1, 0, "root", &json!({})),
        span(2, 1, "to the parent", &links(&[link(TRACE, 1, None), link(other, 9, Some("child_of"))])),
        span(3, 1, "to the parent as child", &links(&[link(TRACE, 1, Some("child_of"))])),
        span(4, 0, "no parent", &links(&[link(TRACE, 1, None), link(TRACE, 2, Some("child_of"))])),
        span(5, 0, "elsewhere", &links(&[link(other, 9, Some("follows_from"))])),
        span(6, 77, "unknown parent", &json!({})),
        span(7, 1, "no ids in the link", &links(&[link("", 3, None)])),
    ];
    assert_alike(&[NO_FIELDS_OF_GO], &[resource(&[text("service.name", "links")], &json!({}), &spans)]);
}

#[test]
fn resources_of_every_sort() {
    let spans = |id| [span(id, 0, "span", &json!({}))];
    assert_alike(
        &[],
        &[
            resource(&[], &json!({}), &spans(1)),
            resource(&[text("host.name", "h")], &json!({}), &spans(2)),
            resource(&[text("service.name", "")], &json!({}), &spans(3)),
            resource(
                &[{ json!({"key": "service.name", "value": {"intValue": "7"}}) }],
                &json!({}),
                &spans(4),
            ),
            resource(&[text("service.name", "one"), text("service.name", "two")], &json!({}), &spans(5)),
            resource(&[text("service.name", "only")], &json!({"name": "n"}), &spans(6)),
            resource(
                &[
                    text("service.name", "only"),
                    json!({"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}]}}}),
                ],
                &json!({"version": "v"}),
                &spans(7),
            ),
        ],
    );
}
