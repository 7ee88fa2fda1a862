//! The query API beside Jaeger's own answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

mod support;

use jaeger_backend::Backend;
use jaeger_thrift::{RefType, SpanRef};
use serde_json::{Value, json};
use support::{batch, batches, get, sample, send, span};

const SEED: &str = "0b2bdf4251e5ce0e11b21f3290c35d99";

async fn seeded() -> Backend {
    let backend = Backend::start().await.unwrap();
    for batch in batches(&sample()["data"][0]) {
        send(&backend, &batch).await;
    }
    backend
}

#[tokio::test]
async fn the_seed_trace_answers_as_in_jaeger() {
    let backend = seeded().await;
    let by_id = get(&backend, &format!("/api/traces/{SEED}")).await;
    assert_eq!((by_id.status, by_id.content_type.as_str()), (200, "application/json"));
    assert_eq!(by_id.json(), sample());
    let found = get(&backend, "/api/traces?service=seed-128").await;
    assert_eq!(found.body, by_id.body);
}

/// Apart from `<`, `>` and `&`, which Jaeger escapes in texts, every byte is the same: keys in order too.
#[tokio::test]
async fn the_seed_trace_has_jaegers_bytes() {
    let backend = seeded().await;
    let sample = include_str!("data/v162-trace-128.json");
    let sample = sample.replace(r"\u003c", "<").replace(r"\u003e", ">").replace(r"\u0026", "&");
    assert_eq!(get(&backend, &format!("/api/traces/{SEED}")).await.body, sample);
}

#[tokio::test]
async fn raw_keeps_the_order_of_tags_and_pretty_print_indents() {
    let backend = seeded().await;
    let raw = get(&backend, &format!("/api/traces/{SEED}?raw=true")).await.json();
    let keys = |span: &Value| -> Vec<String> {
        let tags = span["tags"].as_array().unwrap().iter();
        tags.map(|tag| tag["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&raw["data"][0]["spans"][1]), ["error", "internal.span.format"]);
    assert_eq!(keys(&raw["data"][0]["spans"][2])[..2], ["wholefloat", "unicode"]);
    let pretty = get(&backend, &format!("/api/traces/{SEED}?prettyPrint=true")).await;
    assert!(pretty.body.starts_with("{\n    \"data\": [\n"), "{}", pretty.body);
    assert_eq!(pretty.json(), sample());
}

#[tokio::test]
async fn ids_may_be_written_short_padded_and_in_upper_case() {
    let backend = Backend::start().await.unwrap();
    send(&backend, &batch("web", vec![span(1, 1, 0, "root")])).await;
    for id in ["1", "0001", "00000000000000000000000000000001"] {
        assert_eq!(get(&backend, &format!("/api/traces/{id}")).await.status, 200, "{id}");
    }
    let backend = seeded().await;
    assert_eq!(get(&backend, &format!("/api/traces/{}", SEED.to_uppercase())).await.json(), sample());
    assert_eq!(get(&backend, &format!("/api/traces/{}", &SEED[1..])).await.json(), sample());
}

#[tokio::test]
async fn references_name_the_parent_once() {
    let backend = Backend::start().await.unwrap();
    let reference = |ref_type, span_id| SpanRef { ref_type, trace_id_low: 3, trace_id_high: 0, span_id };
    let mut implied = span(3, 2, 1, "implied");
    implied.references = vec![reference(RefType::FollowsFrom, 9)];
    let mut named = span(3, 3, 1, "named");
    named.references = vec![reference(RefType::FollowsFrom, 1)];
    send(&backend, &batch("web", vec![span(3, 1, 0, "root"), implied, named])).await;
    let answer = get(&backend, "/api/traces/3").await.json();
    let references = |index: usize| -> Vec<String> {
        let references = answer["data"][0]["spans"][index]["references"].as_array().unwrap().iter();
        references.map(|found| format!("{} {}", found["refType"], found["spanID"]).replace('"', "")).collect()
    };
    assert_eq!(references(0), Vec::<String>::new());
    assert_eq!(references(1), ["CHILD_OF 0000000000000001", "FOLLOWS_FROM 0000000000000009"]);
    assert_eq!(references(2), ["FOLLOWS_FROM 0000000000000001"]);
}

#[tokio::test]
async fn odd_spans_are_shown_with_jaegers_warnings() {
    let backend = Backend::start().await.unwrap();
    let mut early = span(4, 5, 1, "early");
    early.start_time -= 3_000_004;
    early.duration = 200;
    early.flags = 0;
    let mut negative = span(4, 6, 0, "negative");
    negative.duration = -5;
    let spans =
        vec![span(4, 1, 0, "root"), span(4, 1, 0, "root"), span(4, 2, 0x63, "orphan"), early, negative];
    send(&backend, &batch("", spans)).await;
    let answer = get(&backend, "/api/traces/4").await.json();
    let spans = &answer["data"][0]["spans"];
    assert_eq!(spans[0]["warnings"], Value::Null);
    assert_eq!(spans[1]["warnings"], json!(["duplicate span IDs; skipping clock skew adjustment"]));
    let orphan = "invalid parent span IDs=0000000000000063; skipping clock skew adjustment";
    assert_eq!(spans[2]["warnings"], json!([orphan]));
    let early = "clock skew adjustment disabled; not applying calculated delta of 3.0004s";
    assert_eq!(spans[3]["warnings"], json!([early]));
    assert_eq!(spans[3].get("flags"), None);
    assert_eq!(spans[4]["duration"], 0);
    assert_eq!(answer["data"][0]["processes"]["p1"]["serviceName"], "empty-service-name");
}

#[tokio::test]
async fn a_cycle_of_parents_is_shown() {
    let backend = Backend::start().await.unwrap();
    send(&backend, &batch("web", vec![span(5, 1, 2, "a"), span(5, 2, 1, "b"), span(5, 3, 3, "self")])).await;
    assert_eq!(get(&backend, "/api/traces/5").await.status, 200);
    let trace = backend.store().trace("5".parse().unwrap()).unwrap();
    assert_eq!(trace.tree(), "web: self\nweb: a\n  web: b\n");
}

#[tokio::test]
async fn names_are_listed() {
    let empty = Backend::start().await.unwrap();
    assert_eq!(
        get(&empty, "/api/services").await.body,
        r#"{"data":[],"total":0,"limit":0,"offset":0,"errors":null}"#
    );
    let backend = seeded().await;
    assert_eq!(
        get(&backend, "/api/services").await.body,
        r#"{"data":["seed-128"],"total":1,"limit":0,"offset":0,"errors":null}"#
    );
    let names = get(&backend, "/api/services/seed-128/operations").await.json();
    assert_eq!(
        (&names["data"], &names["total"]),
        (&json!(["failing", "formatString", "say-hello"]), &json!(3))
    );
    let operations = get(&backend, "/api/operations?service=seed-128").await.json();
    let expected = json!([
        {"name": "failing", "spanKind": "unspecified"},
        {"name": "formatString", "spanKind": "client"},
        {"name": "say-hello", "spanKind": "server"},
    ]);
    assert_eq!((&operations["data"], &operations["total"]), (&expected, &json!(3)));
    let servers = get(&backend, "/api/operations?service=seed-128&spanKind=server").await.json();
    assert_eq!(servers["data"], json!([{"name": "say-hello", "spanKind": "server"}]));
}
