//! What Jaeger's own clients sent, value by value: all that the programs in `vectors/clients/recorder` had reported.
//!
//! They report the same five spans as far as their clients can. That the bytes are what they are is in `clients.rs`.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use common::{
    recordings::{RECORDINGS, Recording, Transport},
    tag,
};
use jaeger_thrift::{Batch, ClientStats, Log, Process, RefType, Span, SpanRef, Tag, TagValue};

const START: i64 = 1_700_000_000_000_000;

#[test]
fn go() {
    for transport in [Transport::Udp, Transport::Http] {
        let sent = sent("go", transport);
        let batches = &sent.batches;
        // A span was too large for a packet; over HTTP there is neither a number nor a count of the lost.
        let stats = ClientStats { too_large_dropped_spans: 1, ..ClientStats::default() };
        let numbers: Vec<_> =
            batches.iter().map(|batch| (batch.spans.len(), batch.seq_no, batch.stats)).collect();
        match transport {
            Transport::Udp => {
                let sizes = [(1, 1), (3, 2), (1, 3)];
                assert_eq!(numbers, sizes.map(|(spans, number)| (spans, Some(number), Some(stats))));
            }
            Transport::Http => assert_eq!(numbers, [(1, None, None), (4, None, None)]),
        }
        sent.assert_process(&[
            text("ip", "192.0.2.1"),
            text("process.text", "grüße"),
            long("process.long", -7),
            text("jaeger.version", "Go-2.30.0"),
            text("hostname", "host-1"),
            text("client-uuid", "fedcba9876543211"),
        ]);

        let Spans { mut call, mut root, mut debug, mut empty, mut many } = sent.spans_with_their_ids();
        let high = 0xfedc_ba98_7654_3213_u64.cast_signed();
        assert_eq!((root.trace_id_high, root.trace_id_low, root.span_id), (high, high - 1, high - 1));
        assert_eq!((debug.trace_id_low, empty.parent_span_id), (debug.span_id, 3));
        root.tags = [sampler(), vec![text("span.kind", "server"), text("text", "grüße ☃ 𝄞")]].concat();
        root.tags.extend([truth("yes", true), truth("no", false), long("long", -42)]);
        root.tags.extend([
            long("smallest", i64::MIN),
            double("double", -0.5),
            binary("binary", &[0, 255, 128]),
        ]);
        root.logs = vec![
            log(sent.time_of_baggage(), baggage()),
            log(START + 100, cache_miss(long("count", -3))),
            log(START + 100, vec![]),
        ];
        call.tags = vec![truth("error", true)];
        call.logs = vec![log(START + 100, vec![text("error.object", "refused")])];
        debug.tags = [sampler(), vec![long("sampling.priority", 1)]].concat();
        empty.tags = sampler();
        many.tags = (0..20).map(|index| long("k", index)).collect();
        sent.assert_spans(&[call, root, debug, empty, many]);
    }
}

/// This client has no sequence numbers and no statistics. Only a single ChildOf makes a parent, and it is then no reference.
#[test]
fn java() {
    for transport in [Transport::Udp, Transport::Http] {
        let sent = sent("java", transport);
        sent.assert_sizes_without_numbers(if transport == Transport::Udp { &[1, 3, 1] } else { &[1, 4] });
        sent.assert_process(&[
            long("process.long", -7),
            text("hostname", "host-1"),
            text("process.text", "grüße"),
            text("jaeger.version", "Java-1.8.1"),
            text("ip", "192.0.2.1"),
        ]);

        let Spans { mut call, mut root, mut debug, mut empty, mut many } = sent.spans_with_their_ids();
        assert_eq!((debug.trace_id_low, root.trace_id_low), (debug.span_id, root.span_id));
        (call.parent_span_id, many.parent_span_id) = (0, 0);
        empty.references = vec![];
        root.tags = vec![
            truth("no", false),
            text("span.kind", "server"),
            text("sampler.type", "const"),
            truth("yes", true),
            long("smallest", i64::MIN),
            double("double", -0.5),
            truth("sampler.param", true),
            text("text", "grüße ☃ 𝄞"),
            long("int", -42),
        ];
        let mut value_before_key = baggage();
        value_before_key.swap(1, 2);
        root.logs = vec![
            log(sent.time_of_baggage(), value_before_key),
            log(START + 100, cache_miss(long("count", -3))),
            log(START + 100, vec![]),
        ];
        call.tags = vec![truth("error", true)];
        call.logs = vec![log(START + 100, vec![text("event", "error")])];
        debug.tags = [vec![long("sampling.priority", 1)], sampler()].concat();
        many.tags = (0..20).map(|index| long(&format!("k{index}"), index)).collect();
        let mut spans = [call, root, debug, empty, many];
        // The client keeps them in a map without an order.
        spans[4].tags.sort_by_key(|tag| sent.index_in_many(&tag.key));
        sent.assert_spans(&spans);
    }
}

/// This client has one type of number, and neither sequence numbers nor statistics.
#[test]
fn node() {
    for transport in [Transport::Udp, Transport::Http] {
        let sent = sent("node", transport);
        sent.assert_sizes_without_numbers(if transport == Transport::Udp { &[1, 3, 1] } else { &[1, 4] });
        let uuid = sent.batches[0].process.tags[5].value.clone();
        assert!(matches!(&uuid, TagValue::String(uuid) if uuid.len() == 36), "{uuid:?}");
        sent.assert_process(&[
            text("ip", "192.0.2.1"),
            text("process.text", "grüße"),
            double("process.number", -7.0),
            text("jaeger.version", "Node-3.19.0"),
            text("hostname", "host-1"),
            tag("client-uuid", uuid),
        ]);

        let Spans { mut call, mut root, mut debug, mut empty, mut many } = sent.spans_with_their_ids();
        assert_eq!((debug.trace_id_low, root.trace_id_low), (debug.span_id, root.span_id));
        // Here a parent that is given as such is no reference.
        empty.references = vec![];
        root.tags = [sampler(), vec![text("span.kind", "server"), text("text", "grüße ☃ 𝄞")]].concat();
        root.tags.extend([truth("yes", true), truth("no", false), double("number", -42.0)]);
        root.tags.extend([double("double", -0.5), binary("binary", &[0, 255, 128])]);
        root.tags.push(text("object", r#"{"a":[1]}"#));
        root.logs = vec![
            log(sent.time_of_baggage(), baggage()),
            log(START + 100, cache_miss(double("count", -3.0))),
            log(START + 100, vec![]),
        ];
        call.tags = vec![truth("error", true)];
        call.logs = vec![log(START + 100, vec![text("event", "error"), text("message", "refused")])];
        debug.tags = [sampler(), vec![double("sampling.priority", 1.0)]].concat();
        empty.tags = sampler();
        many.tags = (0..20).map(|index| double("k", f64::from(index))).collect();
        sent.assert_spans(&[call, root, debug, empty, many]);
    }
}

/// This client speaks to the agent only, makes text of bytes, and draws the ids of a root and of its trace apart.
#[test]
fn python() {
    let sent = sent("python", Transport::Udp);
    sent.assert_sizes_without_numbers(&[1, 3, 1]);
    sent.assert_process(&[
        text("jaeger.version", "Python-4.8.0"),
        text("ip", "192.0.2.1"),
        text("process.text", "grüße"),
        long("process.long", -7),
        text("hostname", "host-1"),
    ]);

    let Spans { mut call, mut root, mut debug, mut empty, mut many } = sent.spans_with_their_ids();
    assert_eq!(root.trace_id_high, 0xcd61_3e30_d8f1_6adf_u64.cast_signed());
    assert_eq!(root.trace_id_low, 0x91b7_584a_2265_b1f5_u64.cast_signed());
    assert_eq!(root.span_id, 0x1027_c4d1_c386_bbc4);
    empty.references = vec![];
    root.tags = [vec![text("span.kind", "server")], sampler(), vec![text("text", "grüße ☃ 𝄞")]].concat();
    root.tags.extend([truth("yes", true), truth("no", false), long("long", -42)]);
    root.tags.extend([long("smallest", i64::MIN), double("double", -0.5)]);
    root.tags.push(text("binary", r"b'\x00\xff\x80'"));
    let later = START + 128;
    root.logs = vec![log(later, baggage()), log(later, cache_miss(long("count", -3))), log(later, vec![])];
    call.tags = vec![truth("error", true)];
    call.logs = vec![log(later, vec![text("event", "error"), text("message", "refused")])];
    debug.tags = [sampler(), vec![long("sampling.priority", 1)]].concat();
    many.tags = (0..20).map(|index| long("k", index)).collect();
    let mut spans = [call, root, debug, empty, many];
    spans.iter_mut().for_each(|span| span.duration = 250_000);
    sent.assert_spans(&spans);
}

/// All that a client sent over one transport.
struct Sent {
    batches: Vec<Batch>,
}

/// The five spans, in the order in which they end.
struct Spans {
    call: Span,
    root: Span,
    debug: Span,
    empty: Span,
    many: Span,
}

fn sent(client: &str, transport: Transport) -> Sent {
    let name = if transport == Transport::Udp { "udp" } else { "http" };
    let prefix = format!("{client}.{name}.");
    let files = RECORDINGS.iter().filter(|recording| recording.file.starts_with(&prefix));
    let batches: Vec<_> = files.map(Recording::decode).collect();
    assert!(!batches.is_empty(), "{prefix}*");
    Sent { batches }
}

// === impl Sent ===

impl Sent {
    /// The spans that all programs report, with the ids that this client drew, without tags and logs.
    fn spans_with_their_ids(&self) -> Spans {
        let root = self.span("HTTP GET /dispatch");
        let to_root = |ref_type| reference(ref_type, (root.trace_id_high, root.trace_id_low), root.span_id);
        let to_elsewhere = reference(RefType::FollowsFrom, (0, 0xabcd), 0xef);
        let bare = |name: &str, of: &Span, parent_span_id: i64, references: Vec<SpanRef>| Span {
            trace_id_low: of.trace_id_low,
            trace_id_high: of.trace_id_high,
            span_id: self.span(name).span_id,
            parent_span_id,
            operation_name: name.into(),
            references,
            flags: 1,
            start_time: START,
            duration: 250,
            ..Span::default()
        };
        let debug = self.span("debug");
        let elsewhere = Span { trace_id_high: 1, trace_id_low: 2, ..Span::default() };
        let spans = Spans {
            call: bare("call", root, root.span_id, vec![to_root(RefType::ChildOf), to_elsewhere]),
            root: bare("HTTP GET /dispatch", root, 0, vec![]),
            debug: Span { flags: 3, ..bare("debug", debug, 0, vec![]) },
            empty: bare("empty", &elsewhere, 3, vec![reference(RefType::ChildOf, (1, 2), 3)]),
            many: bare("many", root, root.span_id, vec![to_root(RefType::FollowsFrom)]),
        };
        let mut ids =
            [&spans.call, &spans.root, &spans.debug, &spans.empty, &spans.many].map(|span| span.span_id);
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]) && !ids.contains(&0), "{ids:?}");
        assert!(root.trace_id_high != 0 && debug.trace_id_high != 0, "traces with ids of 128 bits");
        spans
    }

    fn span(&self, name: &str) -> &Span {
        let mut spans = self.batches.iter().flat_map(|batch| &batch.spans);
        spans.find(|span| span.operation_name == name).unwrap_or_else(|| panic!("no span {name}"))
    }

    /// The one time that most clients take from the clock.
    fn time_of_baggage(&self) -> i64 {
        let time = self.span("HTTP GET /dispatch").logs[0].timestamp;
        assert!(time > START, "{time}");
        time
    }

    fn index_in_many(&self, key: &str) -> usize {
        let tags = &self.span("many").tags;
        tags.iter().position(|tag| tag.key == key).unwrap_or_else(|| panic!("no tag {key}"))
    }

    #[track_caller]
    fn assert_process(&self, tags: &[Tag]) {
        let expected = Process { service_name: "recorder".into(), tags: tags.into() };
        for batch in &self.batches {
            assert_eq!(batch.process, expected);
        }
    }

    #[track_caller]
    fn assert_sizes_without_numbers(&self, expected: &[usize]) {
        let sizes: Vec<_> = self.batches.iter().map(|batch| batch.spans.len()).collect();
        assert_eq!(sizes, expected);
        for batch in &self.batches {
            assert_eq!((batch.seq_no, batch.stats), (None, None));
        }
    }

    #[track_caller]
    fn assert_spans(&self, expected: &[Span; 5]) {
        let spans = self.batches.iter().flat_map(|batch| &batch.spans);
        for (span, expected) in spans.clone().zip(expected) {
            assert_eq!(span, expected);
        }
        assert_eq!(spans.count(), 5);
    }
}

fn reference(ref_type: RefType, (trace_id_high, trace_id_low): (i64, i64), span_id: i64) -> SpanRef {
    SpanRef { ref_type, trace_id_low, trace_id_high, span_id }
}

fn log(timestamp: i64, fields: Vec<Tag>) -> Log {
    Log { timestamp, fields }
}

/// The fields of the one log that has a field of each type, with the number as this client sends it.
fn cache_miss(count: Tag) -> Vec<Tag> {
    vec![text("event", "cache miss"), count, truth("hit", false), double("ratio", 0.25)]
}

fn baggage() -> Vec<Tag> {
    vec![text("event", "baggage"), text("key", "customer"), text("value", "Rachel's Floral Designs")]
}

fn sampler() -> Vec<Tag> {
    vec![text("sampler.type", "const"), truth("sampler.param", true)]
}

fn text(key: &str, value: &str) -> Tag {
    tag(key, TagValue::String(value.into()))
}

fn truth(key: &str, value: bool) -> Tag {
    tag(key, TagValue::Bool(value))
}

fn long(key: &str, value: i64) -> Tag {
    tag(key, TagValue::Long(value))
}

fn double(key: &str, value: f64) -> Tag {
    tag(key, TagValue::Double(value))
}

fn binary(key: &str, value: &[u8]) -> Tag {
    tag(key, TagValue::Binary(value.into()))
}
