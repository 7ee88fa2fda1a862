//! What the real Jaeger makes of our bytes: decoded, stored and answered by code that is not ours.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use integration_tests::{peers::RealJaeger, wait_for_trace};
use jaeger_client::Config;
use opentelemetry::{
    Array, Context, KeyValue, SpanId, StringValue, TraceId, Value,
    trace::{
        Link, Span, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceState,
        Tracer, TracerProvider,
    },
};
use serde_json::{Value as Json, json};

#[test]
fn the_real_jaeger_shows_what_we_sent_over_http_and_over_udp_on_both_engines() {
    let Some(jaeger) = RealJaeger::start() else { return };
    let over_http = || client().with_collector_endpoint(jaeger.collector_endpoint());
    let over_udp = || client().with_agent(jaeger.agent());
    let over_binary_udp = || client().with_binary_agent(jaeger.binary_agent());
    for (trace_id, config, is_native) in [
        (0x0b2b_df42_51e5_ce0e_11b2_1f32_90c3_5d99, over_http(), true),
        (0x7b, over_udp(), true),
        (0x0b2b_df42_51e5_ce0e_11b2_1f32_90c3_5d9a, over_http(), false),
        (0x7c, over_udp(), false),
        (0x7d, over_binary_udp(), true),
        (0x7e, over_binary_udp(), false),
    ] {
        let closer = if is_native {
            let (provider, closer) = config.build().unwrap();
            send(&provider.tracer("checkout"), trace_id);
            closer
        } else {
            let (provider, closer) = config.build_sdk().unwrap();
            send(&provider.tracer("checkout"), trace_id);
            closer
        };
        let report = closer.close(Duration::from_secs(5));
        assert_eq!((report.sent, report.lost), (3, 0), "{report}");

        let shown = wait_for_trace(&jaeger.query_url(), &format!("{trace_id:x}"), 3);
        assert_eq!(spans(&shown), expected(&printed(trace_id)));
        let process = &shown["processes"]["p1"];
        assert_eq!(process["serviceName"], "real-jaeger-test");
        let keys: Vec<_> = process["tags"].as_array().unwrap().iter().map(|tag| &tag["key"]).collect();
        assert_eq!(keys, ["client-uuid", "hostname", "ip", "jaeger.version", "zone"]);
    }
}

/// That the agent is sent no more in a second than the real one can take: see `docs/performance.md`.
#[test]
#[ignore = "a burst of some seconds, whose receiver has to get its share of the machine"]
fn the_real_jaeger_stores_every_span_of_a_burst_that_the_queue_took() {
    const SPANS: u64 = 200_000;
    let Some(jaeger) = RealJaeger::start() else { return };
    let (provider, closer) = client().with_agent(jaeger.agent()).build().unwrap();
    let tracer = provider.tracer("checkout");
    for i in 0..SPANS {
        let mut span = tracer.start("GET /hello/{name}");
        span.set_attributes([
            KeyValue::new("http.method", "GET"),
            KeyValue::new("http.route", "/hello/{name}"),
            KeyValue::new("http.url", "/hello/a"),
            KeyValue::new("http.status_code", 200),
            KeyValue::new("i", i.cast_signed()),
        ]);
        span.end();
    }
    let report = closer.close(Duration::from_secs(60));
    println!("{report}");
    assert_eq!((report.sent, report.lost), (SPANS, 0), "{report}");

    let stored = || -> u64 {
        let metrics = ureq::get(jaeger.metrics_url()).call().unwrap().body_mut().read_to_string().unwrap();
        let saved =
            metrics.lines().filter(|line| line.starts_with("jaeger_collector_spans_saved_by_svc_total"));
        let ours = saved
            .filter(|line| line.contains(r#"result="ok""#) && line.contains(r#"svc="real-jaeger-test""#));
        ours.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while stored() < SPANS && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(stored(), SPANS);
}

fn client() -> Config {
    Config::new("real-jaeger-test").with_logger(|_| {}).with_tag("zone", "eu-1").with_tag("ip", "192.0.2.1")
}

fn start_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001)
}

/// Three spans: the server span of a remote caller with tags of every type, a client span that failed, and one that
/// follows from another trace.
fn send(tracer: &impl Tracer<Span: Send + Sync + 'static>, trace_id: u128) {
    let after = |micros| start_time() + Duration::from_micros(micros);
    let remote = |trace_id: u128, span_id: u64| {
        let ids = (TraceId::from(trace_id), SpanId::from(span_id));
        SpanContext::new(ids.0, ids.1, TraceFlags::SAMPLED, true, TraceState::NONE)
    };
    let caller = Context::new().with_remote_span_context(remote(trace_id, 0x1c8));
    let build = |name: &'static str, kind| {
        let mut builder = SpanBuilder::from_name(name).with_start_time(start_time());
        builder.span_kind = Some(kind);
        builder
    };
    let mut server = build("server", SpanKind::Server).start_with_context(tracer, &caller);
    server.set_attributes([
        KeyValue::new("string", "héllo ☃ <&>"),
        KeyValue::new("bool", true),
        KeyValue::new("long", -7),
        KeyValue::new("big", 9_007_199_254_740_993),
        KeyValue::new("double", 1.5),
        KeyValue::new("array", Value::Array(Array::String(vec![StringValue::from("a\"b"), "c".into()]))),
    ]);
    let fields = vec![KeyValue::new("attempt", 2), KeyValue::new("cached", false)];
    server.add_event_with_timestamp("retry", after(10), fields);
    let in_server = Context::new().with_remote_span_context(server.span_context().clone());
    server.end_with_timestamp(after(5000));

    let mut client = build("client", SpanKind::Client).start_with_context(tracer, &in_server);
    client.set_status(Status::error("refused"));
    client.end_with_timestamp(after(300));

    let mut follower = build("follower", SpanKind::Internal);
    follower.links = Some(vec![Link::with_context(remote(0x99, 0x98))]);
    follower.start_with_context(tracer, &in_server).end_with_timestamp(after(1));
}

/// 16 digits for a 64-bit id, else 32.
fn printed(trace_id: u128) -> String {
    if trace_id >> 64 == 0 { format!("{trace_id:016x}") } else { format!("{trace_id:032x}") }
}

/// The spans as Jaeger shows them, by name, without what is new in each run: their own ids and the format tag.
fn spans(trace: &Json) -> Vec<Json> {
    let mut spans = trace["spans"].as_array().unwrap().clone();
    spans.sort_by_key(|span| span["operationName"].to_string());
    let server = spans.iter().find(|span| span["operationName"] == "server").unwrap()["spanID"].clone();
    for span in &mut spans {
        let span = span.as_object_mut().unwrap();
        for key in ["spanID", "processID", "warnings", "traceID"] {
            span.remove(key);
        }
        for reference in span["references"].as_array_mut().unwrap() {
            if reference["spanID"] == server {
                reference["spanID"] = "server".into();
            }
        }
        span["tags"].as_array_mut().unwrap().retain(|tag| tag["key"] != "internal.span.format");
    }
    spans
}

fn expected(trace_id: &str) -> Vec<Json> {
    let tag = |key: &str, kind: &str, value: Json| json!({"key": key, "type": kind, "value": value});
    let reference = |kind: &str, trace_id: &str, span_id: &str| json!({"refType": kind, "traceID": trace_id, "spanID": span_id});
    let scope = tag("otel.scope.name", "string", "checkout".into());
    let start = 1_700_000_000_000_001_u64;
    let client = json!({
        "flags": 1, "operationName": "client", "startTime": start, "duration": 300, "logs": [],
        "references": [reference("CHILD_OF", trace_id, "server")],
        "tags": [
            tag("error", "bool", true.into()),
            scope,
            tag("otel.status_code", "string", "ERROR".into()),
            tag("otel.status_description", "string", "refused".into()),
            tag("span.kind", "string", "client".into()),
        ],
    });
    let follower = json!({
        "flags": 1, "operationName": "follower", "startTime": start, "duration": 1, "logs": [],
        "references": [
            reference("CHILD_OF", trace_id, "server"),
            reference("FOLLOWS_FROM", "0000000000000099", "0000000000000098"),
        ],
        "tags": [scope],
    });
    let server = json!({
        "flags": 1, "operationName": "server", "startTime": start, "duration": 5000,
        "references": [reference("CHILD_OF", trace_id, "00000000000001c8")],
        "tags": [
            tag("array", "string", r#"["a\"b","c"]"#.into()),
            tag("big", "int64", "9007199254740993".into()),
            tag("bool", "bool", true.into()),
            tag("double", "float64", 1.5.into()),
            tag("long", "int64", (-7).into()),
            scope,
            tag("span.kind", "string", "server".into()),
            tag("string", "string", "héllo ☃ <&>".into()),
        ],
        "logs": [{
            "timestamp": start + 10,
            "fields": [
                tag("event", "string", "retry".into()),
                tag("attempt", "int64", 2.into()),
                tag("cached", "bool", false.into()),
            ],
        }],
    });
    vec![client, follower, server]
}
