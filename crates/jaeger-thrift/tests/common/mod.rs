//! Batches for the tests: one with everything in it, any, and those of real clients.

#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::panic, reason = "tests")]

pub(crate) mod bounded;
pub(crate) mod recordings;
pub(crate) mod tree;

use jaeger_thrift::{
    Batch, BatchHead, ClientStats, Log, Process, Protocol, RefType, Span, SpanRef, Tag, TagValue,
    encode_process, write_batch, write_emit_batch,
};
use proptest::{collection::vec, option, prelude::*};

/// The batch that `vectors/generator/main.go` writes.
pub(crate) fn full_batch() -> Batch {
    let full = Span {
        trace_id_low: -81_985_529_216_486_896,
        trace_id_high: 1,
        span_id: i64::MAX,
        parent_span_id: -1,
        operation_name: "HTTP GET /dispatch".into(),
        references: vec![
            SpanRef { ref_type: RefType::ChildOf, trace_id_low: 2, trace_id_high: 3, span_id: 4 },
            SpanRef { ref_type: RefType::FollowsFrom, trace_id_low: -2, trace_id_high: -3, span_id: -4 },
        ],
        flags: 11,
        start_time: 1_700_000_000_000_000,
        duration: 250,
        tags: tags(),
        logs: vec![
            Log {
                timestamp: 1_700_000_000_000_100,
                fields: vec![tag("text", TagValue::String("grüße".into()))],
            },
            Log { timestamp: 0, fields: vec![] },
        ],
    };
    let many = Span {
        trace_id_low: 5,
        span_id: 6,
        flags: -1,
        tags: vec![tag("k", TagValue::Long(300)); 16],
        ..Default::default()
    };
    Batch {
        process: Process { service_name: "frontend".into(), tags: tags() },
        spans: vec![full, many],
        seq_no: Some(7),
        stats: Some(ClientStats {
            full_queue_dropped_spans: 1,
            too_large_dropped_spans: 2,
            failed_to_emit_spans: 300,
        }),
    }
}

/// The smallest batch that is valid.
pub(crate) fn small_batch() -> Batch {
    Batch { process: Process { service_name: "s".into(), tags: vec![] }, ..Default::default() }
}

/// The batch as a packet for the agent, put together as an exporter does.
pub(crate) fn emit<P: Protocol>(batch: &Batch, message_seq_id: i32) -> Vec<u8> {
    let process = encode_process::<P>(&batch.process);
    let head = BatchHead { process: &process, seq_no: batch.seq_no, stats: batch.stats };
    let mut spans = Vec::new();
    batch.spans.iter().for_each(|span| span.encode::<P>(&mut spans));
    let mut body = Vec::new();
    write_batch::<P>(&head, &spans, batch.spans.len(), &mut body);
    assert_eq!(body, batch.encode::<P>());

    let mut message = Vec::new();
    write_emit_batch::<P>(message_seq_id, &head, &spans, batch.spans.len(), &mut message);
    message
}

pub(crate) fn tag(key: &str, value: TagValue) -> Tag {
    Tag { key: key.into(), value }
}

fn tags() -> Vec<Tag> {
    vec![
        tag("text", TagValue::String("grüße".into())),
        tag("double", TagValue::Double(-0.5)),
        tag("yes", TagValue::Bool(true)),
        tag("no", TagValue::Bool(false)),
        tag("long", TagValue::Long(i64::MIN)),
        tag("binary", TagValue::Binary(vec![0, 255, 128])),
    ]
}

/// Any batch; lists are long enough to need the long header of the compact protocol.
pub(crate) fn any_batch() -> impl Strategy<Value = Batch> {
    let stats = any::<[i64; 3]>().prop_map(|[full_queue, too_large, failed]| ClientStats {
        full_queue_dropped_spans: full_queue,
        too_large_dropped_spans: too_large,
        failed_to_emit_spans: failed,
    });
    let process = (any::<String>(), vec(any_tag(), 0..18))
        .prop_map(|(service_name, tags)| Process { service_name, tags });
    (process, vec(any_span(), 0..4), option::of(any::<i64>()), option::of(stats))
        .prop_map(|(process, spans, seq_no, stats)| Batch { process, spans, seq_no, stats })
}

pub(crate) fn any_span() -> impl Strategy<Value = Span> {
    let log = (any::<i64>(), vec(any_tag(), 0..4)).prop_map(|(timestamp, fields)| Log { timestamp, fields });
    let lists = (vec(any_reference(), 0..4), vec(any_tag(), 0..18), vec(log, 0..4));
    (any::<[i64; 4]>(), any::<String>(), any::<(i32, i64, i64)>(), lists).prop_map(
        |([low, high, span, parent], operation_name, (flags, start_time, duration), lists)| Span {
            trace_id_low: low,
            trace_id_high: high,
            span_id: span,
            parent_span_id: parent,
            operation_name,
            references: lists.0,
            flags,
            start_time,
            duration,
            tags: lists.1,
            logs: lists.2,
        },
    )
}

fn any_reference() -> impl Strategy<Value = SpanRef> {
    let ref_type = prop_oneof![Just(RefType::ChildOf), Just(RefType::FollowsFrom)];
    (ref_type, any::<[i64; 3]>()).prop_map(|(ref_type, [low, high, span_id])| SpanRef {
        ref_type,
        trace_id_low: low,
        trace_id_high: high,
        span_id,
    })
}

fn any_tag() -> impl Strategy<Value = Tag> {
    let value = prop_oneof![
        any::<String>().prop_map(TagValue::String),
        any::<f64>().prop_map(TagValue::Double),
        any::<bool>().prop_map(TagValue::Bool),
        any::<i64>().prop_map(TagValue::Long),
        vec(any::<u8>(), 0..40).prop_map(TagValue::Binary),
    ];
    (any::<String>(), value).prop_map(|(key, value)| Tag { key, value })
}
