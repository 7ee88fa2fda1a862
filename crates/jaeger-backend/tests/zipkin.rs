//! Zipkin's formats where they are not as in Jaeger, and what is answered to what is none. What they look like else is compared with
//! Jaeger in `integration-tests/tests/same_bytes`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use jaeger_backend::{Backend, Listener, ReceivedSpan};
use jaeger_thrift::TagValue;
use support::{Answer, post_to};

async fn post(backend: &Backend, path: &str, body: &str) -> Answer {
    let url = format!("http://{}{path}", backend.addr(Listener::Zipkin));
    post_to(url, "application/json", body.into()).await
}

fn spans(backend: &Backend) -> Vec<ReceivedSpan> {
    let traces = backend.store().traces();
    traces.iter().flat_map(|trace| trace.spans()).map(|span| (**span).clone()).collect()
}

#[tokio::test]
async fn an_annotation_with_bars_is_kept_whole() {
    let backend = Backend::start().await.unwrap();
    let body = r#"[{"traceId":"1","id":"1","annotations":[
        {"timestamp":5,"value":"a|b"},{"timestamp":6,"value":"a|b|c"},{"timestamp":7,"value":"name|{\"n\":1}|0"}]}]"#;
    assert_eq!(post(&backend, "/api/v2/spans", body).await.status, 202);
    let logs = &spans(&backend)[0].span.logs;
    let of = |at: usize| {
        logs[at].fields.iter().map(|field| (field.key.as_str(), &field.value)).collect::<Vec<_>>()
    };
    let text = |text: &str| TagValue::String(text.to_owned());
    assert_eq!(of(0), [("event", &text("a|b"))]);
    assert_eq!(of(1), [("event", &text("a|b|c"))]);
    assert_eq!(of(2), [("event", &text("name")), ("n", &TagValue::Long(1))]);
}

#[tokio::test]
async fn process_tags_are_those_of_each_span() {
    let backend = Backend::start().await.unwrap();
    let span = |id: u8, host: &str| {
        format!(
            r#"{{"traceId":"1","id":"{id}","localEndpoint":{{"serviceName":"web"}},"tags":{{"host.name":"{host}"}}}}"#
        )
    };
    let body = format!("[{},{},{}]", span(1, "a"), span(2, "b"), span(3, "a"));
    assert_eq!(post(&backend, "/api/v2/spans", &body).await.status, 202);
    let mut hosts: Vec<_> =
        spans(&backend).iter().map(|span| (span.span.span_id, span.process.tags[0].value.clone())).collect();
    hosts.sort_by_key(|(id, _)| *id);
    let host = |id, name: &str| (id, TagValue::String(name.to_owned()));
    assert_eq!(hosts, [host(1, "a"), host(2, "b"), host(3, "a")]);
}

#[tokio::test]
async fn what_is_no_span_is_refused_as_a_whole() {
    let backend = Backend::start().await.unwrap();
    for (path, body, says) in [
        ("/api/v2/spans", "nonsense", "expected"),
        ("/api/v2/spans", "{}", "invalid type: map"),
        ("/api/v2/spans", r#"[{"traceId":"1","id":"1"},{"traceId":"1","id":"0"}]"#, "valid ID required"),
        ("/api/v2/spans", r#"[{"traceId":"xyz","id":"1"}]"#, r#"parsing "xyz": invalid syntax"#),
        (
            "/api/v1/spans",
            r#"[{"traceId":"1","id":"1"}]"#,
            "hex traceId span has wrong length (expected 16 or 32)",
        ),
        ("/api/v1/spans", r#"[{"traceId":"0000000000000000","id":"1"}]"#, "traceId is zero"),
    ] {
        let answer = post(&backend, path, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body.contains(says), "{body}: {}", answer.body);
    }
    let stats = backend.store().stats();
    assert_eq!((stats.refused_bodies, stats.received_spans), (6, 0));
    assert_eq!(post(&backend, "/api/v3/spans", "[]").await.status, 404);
}

#[tokio::test]
async fn bodies_may_be_compressed() {
    let backend = Backend::start().await.unwrap();
    let mut compressed = ZlibEncoder::new(Vec::new(), Compression::default());
    compressed.write_all(br#"[{"traceId":"1","id":"1","name":"zlib"}]"#).unwrap();
    let (body, url) =
        (compressed.finish().unwrap(), format!("http://{}/api/v2/spans", backend.addr(Listener::Zipkin)));
    let send =
        move || ureq::post(url).header("content-encoding", "deflate").send(body).unwrap().status().as_u16();
    assert_eq!(tokio::task::spawn_blocking(send).await.unwrap(), 202);
    assert_eq!(spans(&backend)[0].operation(), "zlib");
}
