//! The comparison of traces tells them apart.
#![allow(clippy::unwrap_used, reason = "tests")]

use integration_tests::shown::{Difference, ShownTrace};
use serde_json::{Value, json};

fn span(id: &str, parent: Option<&str>, tag: &str) -> Value {
    let reference = |id: &str| json!({"refType": "CHILD_OF", "traceID": "1", "spanID": id});
    let tags = [
        json!({"key": "tag", "type": "string", "value": tag}),
        json!({"key": "host", "type": "string", "value": "http://127.0.0.1:80/"}),
    ];
    json!({
        "traceID": "1", "spanID": id, "operationName": "op", "processID": "p1", "startTime": 1, "duration": 2,
        "references": parent.map(reference).into_iter().collect::<Vec<_>>(), "tags": tags, "logs": [], "warnings": null,
    })
}

fn trace(spans: &[Value]) -> ShownTrace {
    ShownTrace::new(&json!({"spans": spans, "processes": {"p1": {"serviceName": "web", "tags": []}}}))
}

const RENAMED: Difference = Difference::new(&["other"], "renamed", "", |span| span.tags.rename("tag", "day"));
const GONE: Difference = Difference::new(&["other"], "gone", "", |span| span.tags.remove("none"));

#[test]
fn ids_and_the_order_of_spans_do_not_count() {
    let one = trace(&[span("a", None, "x"), span("b", Some("a"), "y"), span("c", Some("a"), "z")]);
    let other = trace(&[span("3", Some("1"), "y"), span("2", Some("1"), "z"), span("1", None, "x")]);
    assert_eq!((one.roots().len(), one.count()), (1, 3));
    one.assert_differs_only_by(&[], "other", &other);
}

#[test]
fn what_is_new_in_each_run_can_be_left_out() {
    let mut later = span("b", None, "x");
    later.as_object_mut().unwrap().insert("startTime".to_owned(), 7.into());
    let text = later.to_string().replace("127.0.0.1:80", "127.0.0.1:81");
    let (one, other) = (trace(&[span("a", None, "x")]), trace(&[serde_json::from_str(&text).unwrap()]));
    assert_ne!(one, other);
    assert_eq!(one.of_any_run(), other.of_any_run());
}

#[test]
#[should_panic(expected = "too much /web: op  tag tag = z (string)")]
fn another_tag_is_a_difference() {
    trace(&[span("a", None, "y")]).assert_differs_only_by(&[], "other", &trace(&[span("a", None, "z")]));
}

#[test]
#[should_panic(expected = "the same in other places")]
fn the_same_tags_at_other_spans_are_a_difference() {
    let spans = |one, other, below: &str| {
        let above = [span("a", None, one), span("b", Some("a"), "i"), span("c", Some("a"), "j")];
        let last = span("d", Some(below), other);
        trace(&above.into_iter().chain([last]).collect::<Vec<_>>())
    };
    spans("x", "k", "b").assert_differs_only_by(&[], "other", &spans("x", "k", "c"));
}

#[test]
fn a_permitted_difference_is_none() {
    let renamed = json!(span("a", None, "y")).to_string().replace("\"tag\"", "\"day\"");
    let renamed = trace(&[serde_json::from_str(&renamed).unwrap()]);
    trace(&[span("a", None, "y")]).assert_differs_only_by(&[RENAMED], "other", &renamed);
}

#[test]
#[should_panic(expected = "other: nothing to be different: gone")]
fn a_difference_that_does_not_occur_is_an_error() {
    let same = trace(&[span("a", None, "y")]);
    same.assert_differs_only_by(&[GONE], "another", &same);
    same.assert_differs_only_by(&[GONE], "other", &same);
}

#[test]
#[should_panic(expected = "missing  /web: op  tag day = y (string)")]
fn a_difference_that_is_not_there_is_an_error() {
    let same = trace(&[span("a", None, "y")]);
    same.assert_differs_only_by(&[RENAMED], "other", &same);
}
