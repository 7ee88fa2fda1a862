//! Searches, dependencies and the errors of the query API.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

mod support;

use jaeger_backend::Backend;
use jaeger_thrift::{Log, TagValue};
use serde_json::json;
use support::{batch, get, send, span, tag};

/// Two services; the trace ids are 1 and 2.
async fn two_services() -> Backend {
    let backend = Backend::start().await.unwrap();
    let mut slow = span(1, 0x11, 0, "slow");
    slow.duration = 2_000_000;
    slow.tags = vec![tag("http.status_code", TagValue::Long(500)), tag("error", TagValue::Bool(true))];
    slow.logs = vec![Log { timestamp: 1, fields: vec![tag("driver", TagValue::String("T7:1".into()))] }];
    send(&backend, &batch("web", vec![slow])).await;
    send(&backend, &batch("db", vec![span(1, 0x12, 0x11, "query")])).await;
    send(&backend, &batch("web", vec![span(2, 0x21, 0, "quick")])).await;
    backend
}

/// The ids of the traces found, newest first.
async fn found(backend: &Backend, query: &str) -> Vec<String> {
    let answer = get(backend, &format!("/api/traces?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let answer = answer.json();
    let traces = answer["data"].as_array().unwrap().iter();
    let ids = traces.map(|trace| trace["traceID"].as_str().unwrap());
    ids.map(|id| id.trim_start_matches('0').to_owned()).collect()
}

#[tokio::test]
async fn dependencies_count_calls_between_services() {
    let backend = two_services().await;
    let answer = get(&backend, "/api/dependencies?endTs=1795333954000&lookback=3600000").await.json();
    assert_eq!(answer["data"], json!([{"parent": "web", "child": "db", "callCount": 1}]));
    assert_eq!(get(&backend, "/api/dependencies?endTs=1000&lookback=1000").await.json()["data"], json!([]));
}

#[tokio::test]
async fn search_finds_traces_with_one_span_that_meets_all_criteria() {
    let backend = two_services().await;
    let cases = [
        ("service=web", vec!["2", "1"]),
        ("service=web&limit=1", vec!["2"]),
        ("service=web&limit=0&lookback=1h", vec!["2", "1"]),
        ("service=db", vec!["1"]),
        ("service=nosuch", vec![]),
        ("service=web&operation=slow", vec!["1"]),
        ("service=web&operation=query", vec![]),
        ("service=web&minDuration=1.5s&maxDuration=1m", vec!["1"]),
        ("service=web&maxDuration=1ms", vec!["2"]),
        ("service=web&tag=error%3Atrue", vec!["1"]),
        ("service=db&tag=error%3Atrue", vec![]),
        ("service=web&tags=%7B%22http.status_code%22%3A%22500%22%2C%22error%22%3A%22true%22%7D", vec!["1"]),
        ("service=web&tag=driver%3AT7%3A1", vec!["1"]),
        ("service=web&tag=driver%3AT7%3A2", vec![]),
        ("service=web&start=1795333714000020", vec!["2"]),
        ("service=web&start=1&end=1795333714000020", vec!["1"]),
        ("service=web&start=1000000&end=2000000", vec![]),
        ("traceID=2&traceID=01", vec!["2", "1"]),
        ("traceID=2&traceID=02&traceID=2", vec!["2"]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&backend, query).await, expected, "{query}");
    }
    let answer = get(&backend, "/api/traces?traceID=1&traceID=dead").await.json();
    assert_eq!(answer["errors"], json!([{"msg": "trace not found", "traceID": "000000000000dead"}]));
}

#[tokio::test]
async fn errors_are_jaegers() {
    let backend = two_services().await;
    let long = "abcdef0123456789abcdef01234567890";
    let too_long = format!("TraceID cannot be longer than 32 hex characters: {long}");
    let cases = [
        ("/api/traces/dead", 404, "trace not found"),
        ("/api/traces/zzz", 400, r#"strconv.ParseUint: parsing "zzz": invalid syntax"#),
        (&format!("/api/traces/{long}"), 400, &too_long),
        ("/api/traces", 400, "parameter 'service' is required"),
        ("/api/traces?service=", 400, "parameter 'service' is required"),
        ("/api/operations", 400, "parameter 'service' is required"),
        (
            "/api/traces?service=web&start=abc",
            400,
            r#"unable to parse param 'start': strconv.ParseInt: parsing "abc": invalid syntax"#,
        ),
        ("/api/traces?service=web&limit=abc", 400, r#"strconv.ParseInt: parsing "abc": invalid syntax"#),
        (
            "/api/traces?service=web&minDuration=abc",
            400,
            r#"unable to parse param 'minDuration': time: invalid duration "abc""#,
        ),
        (
            "/api/traces?service=web&minDuration=2s&maxDuration=1s",
            400,
            "'maxDuration' should be greater than 'minDuration'",
        ),
        (
            "/api/traces?service=web&tag=xyz",
            400,
            "malformed 'tag' parameter, expecting key:value, received: xyz",
        ),
        (
            "/api/traces?traceID=zzz",
            400,
            r#"cannot parse traceID param: strconv.ParseUint: parsing "zzz": invalid syntax"#,
        ),
        (
            "/api/dependencies?endTs=abc",
            400,
            r#"unable to parse param 'endTs': strconv.ParseInt: parsing "abc": invalid syntax"#,
        ),
    ];
    for (path, code, message) in cases {
        let answer = get(&backend, path).await;
        let body = json!({"data": null, "total": 0, "limit": 0, "offset": 0, "errors": [{"code": code, "msg": message}]});
        assert_eq!((answer.status, answer.json()), (code, body), "{path}");
        assert_eq!(answer.content_type, "text/plain; charset=utf-8");
        assert!(answer.body.ends_with('\n'));
    }
    let malformed = get(&backend, "/api/traces?service=web&tags=xyz").await;
    assert!(
        malformed.body.contains("malformed 'tags' parameter, cannot unmarshal JSON: "),
        "{}",
        malformed.body
    );
}
