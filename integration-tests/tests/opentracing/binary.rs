//! Binary carriers, there and back: the shim's bytes to a client, and that client's own bytes to the shim.

use std::collections::HashMap;

use http::Request;
use integration_tests::peers::ForeignHop;
use jaeger_propagation::{Flags, Propagator};
use jaeger_thrift::Span as ReportedSpan;
use opentracing_shim::{Binary, PropagationError, SpanContext, TextMap, ext};
use serde::Deserialize;

use crate::{
    clients,
    engine::{Engine, Traced},
    note::{Baggage, Note, own_item},
    shim_hop::{note, post_bytes},
};

/// What a client answers: what it has read, and the carrier that it has written.
#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    note: Note,
    carrier: String,
}

/// Of 128 bits, of 64 bits with the highest one set, and short.
const TRACE_IDS: [&str; 3] = ["4bf92f3577b34da6a3ce929d0e0e4736", "80f198ee56343ba8", "7b"];

/// No flags, sampled, debug, firehose, and the latter with each of the former: all are one byte here.
const FLAGS: [u8; 6] = [0, 1, 3, 8, 9, 11];

/// jaeger-client-go's limit on an item.
const MAX_ITEM_BYTES: usize = 4_096;

#[test]
fn each_client_continues_what_the_shim_injects_and_the_shim_what_it_injects() {
    for client in clients::with_binary() {
        for engine in Engine::BOTH {
            let traced = engine.start("shim");
            let mut reported = Vec::new();
            for trace_id in TRACE_IDS {
                for flags in FLAGS.map(Flags::from_bits) {
                    for baggage in baggages() {
                        let caller = caller(&traced, trace_id, flags, &baggage);
                        let (ours, theirs) = there_and_back(client, &traced, &caller, flags);
                        assert_eq!(ours.note.trace_id, format!("{trace_id:0>32}"));
                        reported.extend(flags.is_sampled().then_some((flags, theirs)));
                    }
                }
            }
            let spans = traced.into_spans();
            assert_eq!(spans.len(), reported.len() * 2, "a producer's and a consumer's each");
            reported.iter().for_each(|(flags, note)| assert_reported(&spans, *flags, note));
        }
    }
}

#[test]
fn traces_begin_on_either_side() {
    for client in clients::with_binary() {
        for engine in Engine::BOTH {
            let traced = engine.start("shim");
            let root = traced.tracer.start_span("root");
            root.set_baggage_item("Case and blanks", "Rachel's ☃");
            let (answer, _) = there_and_back(client, &traced, &root.context(), Flags::SAMPLED);
            assert_eq!(answer.note.baggage["Case and blanks"], "Rachel's ☃");

            // No bytes are no context, and the client begins a trace of 128 bits.
            let answer = ask(client, &[]);
            assert_eq!(answer.note.parent_id, "0000000000000000");
            let extracted = traced.tracer.extract(Binary, &bytes(&answer.carrier)).unwrap();
            assert_eq!(extracted.trace_id_string(), answer.note.trace_id);
            assert_eq!(extracted.span_id_string(), answer.note.span_id);
            assert!(extracted.is_sampled() && !extracted.is_debug(), "{extracted:?}");
        }
    }
}

/// What jaeger-client-go would refuse the whole carrier for.
#[test]
fn no_baggage_makes_go_lose_a_trace() {
    let Some(client) = clients::go() else { return };
    let traced = Engine::Native.start("shim");
    let too_long = Baggage::from([
        ("k".to_owned(), "v".to_owned()),
        ("long".to_owned(), "x".repeat(MAX_ITEM_BYTES - "long".len() + 1)),
    ]);
    let caller = caller(&traced, TRACE_IDS[0], Flags::SAMPLED, &too_long);
    assert_eq!(caller.baggage_items().count(), 2);
    let answer = ask(client, &injected(&traced, &caller));
    assert_eq!(answer.note.trace_id, TRACE_IDS[0]);
    assert_eq!(answer.note.baggage, Baggage::from([("k".to_owned(), "v".to_owned())]));
}

/// jaeger-client-go reads 180 items, adds one, and writes what it would not read itself.
#[test]
fn a_trace_is_read_from_a_carrier_that_go_writes_and_refuses() {
    let Some(client) = clients::go() else { return };
    let traced = Engine::Native.start("shim");
    let full: Baggage = (0..180).map(|index| (format!("k{index}"), index.to_string())).collect();
    let caller = caller(&traced, TRACE_IDS[0], Flags::SAMPLED, &full);
    let answer = ask(client, &injected(&traced, &caller));
    assert_eq!(answer.note.trace_id, TRACE_IDS[0]);
    assert_eq!(answer.note.baggage, full);

    let carrier = bytes(&answer.carrier);
    let extracted = traced.tracer.extract(Binary, &carrier).unwrap();
    assert_eq!(extracted.span_id_string(), answer.note.span_id);
    assert_eq!(extracted.baggage_items().count(), 180);
    assert_ne!(ask(client, &carrier).note.trace_id, TRACE_IDS[0]);
}

/// Bytes that end too early are a new trace for the clients, and an error that says so here.
#[test]
fn what_is_cut_off_is_a_trace_for_nobody() {
    let traced = Engine::Native.start("shim");
    let items = Baggage::from([("k".to_owned(), "v".to_owned())]);
    let whole = injected(&traced, &caller(&traced, TRACE_IDS[0], Flags::SAMPLED, &items));
    for client in clients::with_binary() {
        for end in [20, whole.len() - 1] {
            assert_ne!(ask(client, &whole[..end]).note.trace_id, TRACE_IDS[0], "{end} bytes");
            let refused = traced.tracer.extract(Binary, &whole[..end]).unwrap_err();
            assert!(matches!(refused, PropagationError::SpanContextCorrupted(_)), "{end} bytes: {refused}");
        }
        assert_eq!(ask(client, &whole).note.trace_id, TRACE_IDS[0]);
    }
}

/// Sends a message below a context to a client, and receives the one that it answers with. What the client has said, and what
/// the receiver notes.
#[track_caller]
fn there_and_back(
    client: &ForeignHop,
    traced: &Traced,
    caller: &SpanContext,
    flags: Flags,
) -> (Answer, Note) {
    let tracer = &traced.tracer;
    let sent =
        tracer.build_span("send").child_of(caller).tag(ext::SPAN_KIND, ext::SpanKind::Producer).start();
    let answer = ask(client, &injected(traced, &sent.context()));
    let mut expected: Baggage = caller.baggage_items().collect();
    assert_eq!(answer.note.parent_id, sent.context().span_id_string());
    assert_eq!(answer.note.trace_id, format!("{:0>32}", caller.trace_id_string()));
    assert_eq!(answer.note.baggage, expected);
    assert_eq!((answer.note.sampled, answer.note.debug), (flags.is_sampled(), flags.is_debug()));

    let carrier = bytes(&answer.carrier);
    let raw = Propagator::new().extract_binary(&carrier).span_context.unwrap();
    assert_eq!(raw.flags, flags, "the client's, and all of ours");
    assert_eq!(raw.parent_id.unwrap().to_string(), answer.note.parent_id);

    let extracted = tracer.extract(Binary, &carrier).unwrap();
    let received = tracer.build_span("receive").child_of(&extracted);
    let received = received.tag(ext::SPAN_KIND, ext::SpanKind::Consumer).start();
    expected.extend([own_item(&answer.note.service)]);
    if answer.note.service == "java" {
        expected =
            expected.into_iter().filter_map(|(key, value)| Some((key, cut_by_java(&value)?))).collect();
    }
    let theirs = note("shim", &received, Some(&extracted));
    assert_eq!((&theirs.trace_id, &theirs.parent_id), (&answer.note.trace_id, &answer.note.span_id));
    assert_eq!(theirs.baggage, expected);
    assert_eq!((theirs.sampled, theirs.debug), (flags.is_sampled(), flags.is_debug()));
    (answer, theirs)
}

/// jaeger-core, `BinaryCodec.writeKvPair`: the length is `value.length()`, in UTF-16 units, and so many bytes of UTF-8 are written.
fn cut_by_java(value: &str) -> Option<String> {
    value.get(..value.encode_utf16().count()).map(str::to_owned)
}

/// A context that came from another process; by a map of text, because that takes any value as it is.
fn caller(traced: &Traced, trace_id: &str, flags: Flags, baggage: &Baggage) -> SpanContext {
    let header = format!("{trace_id}:1c8:0:{:x}", flags.bits());
    let mut carrier = HashMap::from([("uber-trace-id".to_owned(), header)]);
    carrier.extend(baggage.iter().map(|(key, value)| (format!("uberctx-{key}"), value.clone())));
    let caller = traced.tracer.extract(TextMap, &carrier).unwrap();
    assert_eq!(caller.baggage_items().collect::<Baggage>(), *baggage);
    caller
}

/// None; several; one with an empty value; and one that is as long as jaeger-client-go takes it.
fn baggages() -> [Baggage; 4] {
    let several = [
        ("customer", "Rachel's Floral Designs"),
        ("percent", "100% %41 + 1"),
        ("unicode", "☃ é 世界 \u{1f600}"),
        ("accents at the end", "abcdé"),
        ("newlines", "a\r\nb\0c"),
    ];
    let long = "x".repeat(MAX_ITEM_BYTES - "long".len());
    let owned = |items: &[(&str, &str)]| {
        items.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    [owned(&[]), owned(&several), owned(&[("empty", "")]), owned(&[("long", &long), ("k", "v")])]
}

fn injected(traced: &Traced, context: &SpanContext) -> Vec<u8> {
    let mut carrier = Vec::new();
    traced.tracer.inject(context, Binary, &mut carrier);
    carrier
}

#[track_caller]
fn ask(client: &ForeignHop, carrier: &[u8]) -> Answer {
    let answer = post_bytes(Request::post(client.binary_url()).body(carrier.to_vec()).unwrap()).unwrap();
    serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.bytes().map(|digit| char::from(digit).to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn assert_reported(spans: &[ReportedSpan], flags: Flags, note: &Note) {
    let hex = |id: i64| format!("{id:016x}");
    let span = spans.iter().find(|span| hex(span.span_id) == note.span_id).unwrap();
    assert_eq!(hex(span.trace_id_high) + &hex(span.trace_id_low), note.trace_id);
    assert_eq!(hex(span.parent_span_id), note.parent_id);
    assert_eq!(span.flags, i32::from(flags.bits()));
}
