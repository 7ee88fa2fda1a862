//! Zipkin's formats: JSON of both versions, and what jaeger-client-go sends in Thrift.

use serde_json::{Value, json};

use crate::{Door, Permitted, Sent, assert_shown_alike};

const V1_THRIFT: Door = Door::Zipkin("/api/v1/spans", "application/x-thrift");
const V1_JSON: Door = Door::Zipkin("/api/v1/spans", "application/json");
const V2_JSON: Door = Door::Zipkin("/api/v2/spans", "application/json");

const START: u64 = 1_795_333_714_000_000;

#[test]
fn the_go_client_by_http() {
    assert_shown_alike(
        &[],
        &[Sent::new(
            V1_THRIFT,
            include_bytes!("../../../crates/jaeger-thrift/tests/vectors/zipkin/go.zipkin-http"),
        )],
    );
}

#[test]
fn the_go_client_by_udp() {
    assert_shown_alike(
        &[],
        &[Sent::new(
            Door::ZipkinAgent,
            include_bytes!("../../../crates/jaeger-thrift/tests/vectors/zipkin/go.zipkin-udp"),
        )],
    );
    // Every port takes it, as in Jaeger.
    assert_shown_alike(
        &[],
        &[Sent::new(
            Door::Agent,
            include_bytes!("../../../crates/jaeger-thrift/tests/vectors/zipkin/go.zipkin-udp"),
        )],
    );
}

fn v2(id: &str, more: &Value) -> Value {
    let mut span = json!({
        "traceId": "5af7183fb1d4cf5f", "id": id, "name": "get /", "timestamp": START, "duration": 1000,
        "localEndpoint": {"serviceName": "web", "ipv4": "10.0.0.1", "port": 80},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        span[key] = value.clone();
    }
    span
}

#[track_caller]
fn assert_v2_alike(permitted: &[Permitted], spans: &[Value]) {
    assert_shown_alike(permitted, &[Sent::new(V2_JSON, Value::from(spans).to_string())]);
}

#[test]
fn the_second_version() {
    let remote = json!({"serviceName": "db", "ipv4": "10.0.0.2", "ipv6": "2001:db8::1", "port": 5432});
    let annotations =
        json!([{"timestamp": START + 10, "value": "retry"}, {"timestamp": START + 5, "value": "<b>"}]);
    let tags = json!({"http.path": "/api", "http.status_code": "200", "b": "", "a": "ü"});
    assert_v2_alike(
        &[],
        &[
            v2(
                "0000000000000001",
                &json!({"kind": "SERVER", "annotations": annotations, "tags": tags, "shared": false, "debug": true}),
            ),
            v2(
                "2",
                &json!({"kind": "CLIENT", "parentId": "0000000000000001", "remoteEndpoint": remote, "tags": {"error": "true"}}),
            ),
            v2("3", &json!({"kind": "PRODUCER", "parentId": "1", "tags": {"error": "timeout"}})),
            v2(
                "4",
                &json!({"kind": "CONSUMER", "parentId": "4", "tags": {"error": "", "otel.status_code": "Error", "otel.status_description": "d"}}),
            ),
            v2(
                "5",
                &json!({"parentId": "1", "tags": {"span.kind": "internal", "w3c.tracestate": "a=1", "otel.status_code": "STATUS_CODE_OK"}}),
            ),
            v2(
                "6",
                &json!({"parentId": "1", "localEndpoint": {"serviceName": "worker"}, "timestamp": 0, "name": null}),
            ),
            v2("7", &json!({"parentId": "1", "localEndpoint": null, "tags": null})),
            v2("8", &json!({"parentId": "1", "traceId": "00000000000000015af7183fb1d4cf5f"})),
        ],
    );
}

#[test]
fn what_opentelemetry_s_exporter_writes_in_the_second_version() {
    let link = r#"000000000000000000000000000000ff|0000000000000009|a=1|{"opentracing.ref_type":"child_of","n":1}|0"#;
    let annotations = json!([{"timestamp": START + 10, "value": r#"retry|{"attempt":2,"of":2.5,"last":true,"why":"a|b"}|0"#}]);
    let tags = json!({
        "otel.library.name": "scope", "otel.library.version": "1.2", "otlp.link.0": link, "service.name": "x",
        "service.version": "7", "host.name": "h", "process.pid": "4711", "otlp.service.name.source": "service.name",
    });
    assert_v2_alike(&[], &[v2("1", &json!({"tags": tags, "annotations": annotations}))]);
}

fn v1(id: &str, more: &Value) -> Value {
    let mut span = json!({"traceId": "5af7183fb1d4cf5f", "id": id, "name": "get /", "timestamp": START, "duration": 1000});
    for (key, value) in more.as_object().into_iter().flatten() {
        span[key] = value.clone();
    }
    span
}

#[test]
fn the_first_version() {
    let web = json!({"serviceName": "web", "ipv4": "10.0.0.1", "ipv6": "2001:db8::1", "port": 80});
    let event =
        |after: u64, value: &str| json!({"timestamp": START + after, "value": value, "endpoint": web});
    let tag = |key: &str, value: &str| json!({"key": key, "value": value, "endpoint": web});
    let spans = json!([
        v1(
            "0000000000000001",
            &json!({"annotations": [event(0, "sr"), event(1000, "ss"), event(5, "cache miss")],
            "binaryAnnotations": [tag("a", "1"), tag("http.status_code", "500"), tag("http.status_message", "oops")]})
        ),
        v1(
            "0000000000000002",
            &json!({"parentId": "0000000000000001", "timestamp": 0, "annotations": [event(10, "cs"), event(30, "cr"), event(20, "")],
            "binaryAnnotations": [tag("error", "true"), tag("lc", "c")]})
        ),
        v1(
            "0000000000000003",
            &json!({"parentId": "0000000000000001", "binaryAnnotations": [tag("census.status_code", "0"), tag("lc", "c")]})
        ),
        v1(
            "0000000000000004",
            &json!({"binaryAnnotations": [{"key": "lc", "value": "component-1"}, tag("otel.status_code", "2"), tag("otel.status_description", "d")]})
        ),
        v1(
            "0000000000000005",
            &json!({"annotations": [event(0, "ms")], "traceId": "00000000000000015af7183fb1d4cf5f"})
        ),
        v1("0000000000000006", &json!({"annotations": [event(0, "mr")]})),
    ]);
    assert_shown_alike(&[], &[Sent::new(V1_JSON, spans.to_string())]);
}

/// Of an error that is told in words Jaeger keeps that it is one.
const WORDS: Permitted = Permitted {
    what: "the text of an error is kept",
    change: |span| {
        let told = json!({"key": "otel.status_description", "type": "string", "value": "timeout"});
        let is_told = span["operationName"] == "told";
        if is_told {
            let tags = span["tags"].as_array_mut().unwrap();
            let after = tags.iter().position(|tag| tag["key"] == "otel.status_code").unwrap() + 1;
            tags.insert(after, told);
        }
        is_told
    },
};

#[test]
fn an_error_in_words() {
    let tags = json!([{"key": "error", "value": "timeout", "endpoint": {"serviceName": "web"}}]);
    let span = v1("0000000000000001", &json!({"name": "told", "binaryAnnotations": tags}));
    assert_shown_alike(&[WORDS], &[Sent::new(V1_JSON, json!([span]).to_string())]);
}
