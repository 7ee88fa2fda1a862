//! Jaeger's own format: what the published clients sent, and what none sends.

use std::{fs, path::Path};

use integration_tests::workspace_root;
use jaeger_thrift::{Batch, Binary, Log, Process, RefType, Span, SpanRef, Tag, TagValue};
use serde_json::json;

use crate::{Door, NO_FIELDS_OF_GO, Permitted, Sent, assert_shown_alike};

fn recordings(folder: &Path, client: &str, door: Door) -> Vec<Sent> {
    let files =
        (1..).map(|number| folder.join(format!("{client}.{number}"))).take_while(|file| file.exists());
    let sent: Vec<_> = files.map(|file| Sent::new(door, fs::read(file).unwrap())).collect();
    assert!(!sent.is_empty(), "no recording of {client}");
    sent
}

#[track_caller]
fn assert_client_is_shown_alike(client: &str, door: Door) {
    let folder = workspace_root().join("crates/jaeger-thrift/tests/vectors/clients");
    assert_shown_alike(&[], &recordings(&folder, client, door));
}

#[test]
fn the_go_client() {
    assert_client_is_shown_alike("go.http", Door::Collector);
    assert_client_is_shown_alike("go.udp", Door::Agent);
}

#[test]
fn the_java_client() {
    assert_client_is_shown_alike("java.http", Door::Collector);
    assert_client_is_shown_alike("java.udp", Door::Agent);
}

#[test]
fn the_node_client() {
    assert_client_is_shown_alike("node.http", Door::Collector);
    assert_client_is_shown_alike("node.udp", Door::BinaryAgent);
}

#[test]
fn the_python_client() {
    assert_client_is_shown_alike("python.udp", Door::Agent);
}

const START: i64 = 1_795_333_714_000_000;

fn span(id: i64, parent: i64, name: &str) -> Span {
    Span {
        trace_id_low: 0x1234,
        span_id: id,
        parent_span_id: parent,
        operation_name: name.to_owned(),
        flags: 1,
        start_time: START + id,
        duration: 1000,
        ..Span::default()
    }
}

fn tag(key: &str, value: TagValue) -> Tag {
    Tag { key: key.to_owned(), value }
}

fn text(key: &str, value: &str) -> Tag {
    tag(key, TagValue::String(value.to_owned()))
}

fn reference(ref_type: RefType, trace: i64, span: i64) -> SpanRef {
    SpanRef { ref_type, trace_id_low: trace, trace_id_high: 0, span_id: span }
}

fn batch(service: &str, tags: Vec<Tag>, spans: Vec<Span>) -> Batch {
    Batch { process: Process { service_name: service.to_owned(), tags }, spans, ..Batch::default() }
}

fn post(batch: &Batch) -> Sent {
    Sent::new(Door::Collector, batch.encode::<Binary>())
}

#[test]
fn values_of_every_sort() {
    let mut root = span(1, 0, "root <&> \u{2028}");
    root.tags = vec![
        text("z", "last"),
        text("a", "two"),
        text("a", "one"),
        tag("a", TagValue::Long(3)),
        tag("a", TagValue::Bool(true)),
        tag("big", TagValue::Long(i64::MAX)),
        tag("exact", TagValue::Long((1 << 53) - 1)),
        tag("beyond", TagValue::Long(1 << 53)),
        tag("whole", TagValue::Double(2.0)),
        tag("tiny", TagValue::Double(1e-9)),
        tag("huge", TagValue::Double(1e22)),
        tag("binary", TagValue::Binary(vec![0, 255, 62, 63])),
        tag("peer.ipv4", TagValue::Long(0xc000_0201)),
        tag("ip", TagValue::Double(3_221_225_985.0)),
        text("telemetry.sdk.name", "opentelemetry"),
        text("telemetry.distro.version", "1"),
        text("", ""),
    ];
    let fields = vec![
        text("z", "1"),
        text("event", "e"),
        text("b", "2"),
        text("event", "again"),
        tag("a", TagValue::Long(1)),
    ];
    let number = vec![text("b", "1"), tag("event", TagValue::Long(7)), text("a", "2")];
    root.logs = vec![
        Log { timestamp: START + 5, fields },
        Log { timestamp: START + 2, fields: number },
        Log { timestamp: START, fields: vec![] },
    ];
    let process = vec![text("hostname", "h"), tag("ip", TagValue::Long(0x7f00_0001)), text("a", "p")];
    let mut unnamed = span(2, 1, "");
    unnamed.flags = 3;
    let firehose = Span { flags: 8, ..span(3, 1, "firehose") };
    assert_shown_alike(&[], &[post(&batch("values", process, vec![root, unnamed, firehose]))]);
}

#[test]
fn references_of_every_sort() {
    let with = |id, parent, name: &str, references| Span { references, ..span(id, parent, name) };
    let spans = vec![
        span(1, 0, "root"),
        with(2, 1, "parent twice", vec![reference(RefType::ChildOf, 0x1234, 1)]),
        with(3, 1, "parent as follows from", vec![reference(RefType::FollowsFrom, 0x1234, 1)]),
        with(4, 0, "follows from alone", vec![reference(RefType::FollowsFrom, 0x1234, 1)]),
        with(
            5,
            0,
            "another trace first",
            vec![reference(RefType::ChildOf, 0x99, 9), reference(RefType::ChildOf, 0x1234, 1)],
        ),
        with(
            6,
            0,
            "follows, then child",
            vec![reference(RefType::FollowsFrom, 0x1234, 1), reference(RefType::ChildOf, 0x1234, 2)],
        ),
        with(
            7,
            1,
            "no trace",
            vec![reference(RefType::ChildOf, 0, 5), reference(RefType::FollowsFrom, 0x98, 5)],
        ),
        with(8, 0x77, "unknown parent", vec![]),
        with(9, 9, "itself", vec![]),
        with(10, 0, "another trace alone", vec![reference(RefType::ChildOf, 0x99, 9)]),
    ];
    assert_shown_alike(&[NO_FIELDS_OF_GO], &[post(&batch("references", vec![], spans))]);
}

#[test]
fn clocks_that_differ() {
    let at = |id, parent, start, duration| Span {
        start_time: START + start,
        duration,
        ..span(id, parent, "skew")
    };
    let host = |ip: &str| vec![text("ip", ip)];
    let packed = vec![tag("ip", TagValue::Long(0x0a00_0001))];
    let bytes = vec![tag("ip", TagValue::Binary(vec![10, 0, 0, 1]))];
    let with_logs = |mut span: Span| {
        span.logs = vec![Log { timestamp: span.start_time, fields: vec![text("event", "e")] }];
        span
    };
    assert_shown_alike(
        &[],
        &[
            post(&batch("a", host("10.0.0.1"), vec![at(1, 0, 0, 1000)])),
            post(&batch("b", host("10.0.0.2"), vec![with_logs(at(2, 1, -3000, 500)), at(3, 2, -2900, 100)])),
            post(&batch("c", host("10.0.0.2"), vec![at(4, 1, 900, 5000), at(5, 1, -10, 5000)])),
            post(&batch("d", packed, vec![at(6, 1, -5000, 10)])),
            post(&batch("e", bytes, vec![at(7, 1, -5000, 10)])),
            post(&batch("f", vec![], vec![at(8, 1, 7_200_000_000, 10), at(9, 8, 0, 10)])),
            post(&batch("g", vec![], vec![at(10, 8, 7_200_000_000, 11)])),
        ],
    );
}

/// Which of two different spans Jaeger stores first, and warns of the other, is up to its workers.
#[test]
fn spans_that_share_an_id() {
    let kind =
        |id, parent, kind: &str| Span { tags: vec![text("span.kind", kind)], ..span(id, parent, kind) };
    let spans = vec![
        kind(1, 0, "client"),
        kind(1, 0, "server"),
        Span { parent_span_id: 1, ..span(5, 1, "below both") },
        span(6, 5, "twice"),
        span(6, 5, "twice"),
    ];
    assert_shown_alike(&[], &[post(&batch("shared", vec![], spans))]);
}

/// Jaeger prints a negative number as an unsigned one.
const NEGATIVE: Permitted = Permitted {
    what: "a negative duration is 0 with a warning",
    change: |span| {
        let is_negative = span["duration"].as_u64().is_some_and(|duration| duration > i64::MAX as u64);
        if is_negative {
            span["duration"] = json!(0);
            let text = "duration of -5 microseconds shown as 0";
            match span["warnings"].as_array_mut() {
                Some(warnings) => warnings.insert(0, json!(text)),
                None => span["warnings"] = json!([text]),
            }
        }
        is_negative
    },
};

#[test]
fn times_that_make_no_sense() {
    let negative = Span { duration: -5, ..span(2, 1, "negative") };
    let zero = Span { start_time: 0, duration: 0, ..span(3, 0, "zero") };
    let far = Span { start_time: 8_000_000_000_000_000, ..span(4, 0, "far") };
    assert_shown_alike(
        &[NEGATIVE],
        &[post(&batch("times", vec![], vec![span(1, 0, "root"), negative, zero, far]))],
    );
}

#[test]
fn a_service_without_a_name_and_the_same_service_twice() {
    let unnamed = batch("", vec![text("a", "1")], vec![span(1, 0, "root")]);
    let one = batch("web", vec![text("a", "1"), text("b", "2")], vec![span(2, 1, "one")]);
    let other_order = batch("web", vec![text("b", "2"), text("a", "1")], vec![span(3, 1, "two")]);
    assert_shown_alike(&[], &[post(&unnamed), post(&one), post(&other_order)]);
}

#[test]
fn ids_of_128_bits_and_of_zeros() {
    let high = Span { trace_id_high: -1, trace_id_low: -2, ..span(-3, 0, "high bits") };
    let zero = Span { trace_id_low: 0, ..span(0, 0, "zeros") };
    assert_shown_alike(&[], &[post(&batch("ids", vec![], vec![high, zero]))]);
}
