//! The traces that the page is shown with.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use jaeger_thrift::{Batch, Log, Process, RefType, Span, SpanRef, Tag, TagValue};
use serde_json::Value;

use crate::support::{batch, batches, span, tag};

/// A request of HotROD, as its services sent it.
pub(crate) const HOTROD: i64 = 0x1234_5678_90ab_cdef;
/// 10,000 spans of eight services.
pub(crate) const LARGE: i64 = 0x1a46e;
/// 10,000 spans, each the child of the one before.
pub(crate) const DEEP: i64 = 0xdee9;
/// Markup, scripts, control characters and endless texts wherever a sender can put them.
pub(crate) const HOSTILE: i64 = 0xbad;
/// Everything that is not quite a tree.
pub(crate) const ODD: i64 = 0x0dd;
/// Calls of servers that sent no span.
pub(crate) const PEER: i64 = 0x9ee2;
/// Two spans, each the parent of the other, before 1970; one has more logs and tags than anybody reads.
pub(crate) const LOOP: i64 = 0x1009;
/// One span that took no time and has no name.
pub(crate) const INSTANT: i64 = 0x1757a47;

const SPANS: i64 = 10_000;
const MINUTE: i64 = 60_000_000;

/// What a sender may try. Each would be seen: it opens a dialog, or sets `window.injected`.
const ATTACKS: [&str; 6] = [
    "<script>alert(1);window.injected='script'</script>",
    "<img src=x onerror=\"alert(2);window.injected='image'\">",
    "\"><svg onload=alert(3)>",
    "javascript:alert(4)//",
    "'};alert(5);window.injected='quote';//${alert(6)}{{7*7}}",
    "</style><style>*{display:none}</style><a href=\"https://elsewhere.example/\">x</a>",
];

/// The id as it stands in an address.
pub(crate) fn id(trace: i64) -> String {
    format!("{trace:016x}")
}

pub(crate) fn all() -> Vec<Batch> {
    let mut batches = hotrod();
    batches.extend(small());
    batches.extend(large());
    batches.extend(deep());
    batches.extend(hostile());
    batches.extend(odd());
    batches.push(peer());
    batches.push(endless_loop());
    let instant =
        Span { duration: 0, operation_name: String::new(), ..at(INSTANT, 1, 0, "", now() - MINUTE, 0) };
    batches.push(batch("instant", vec![instant]));
    batches
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

fn at(trace: i64, id: i64, parent: i64, operation: &str, start: i64, duration: i64) -> Span {
    Span { start_time: start, duration, ..span(trace, id, parent, operation) }
}

fn text(key: &str, value: &str) -> Tag {
    tag(key, TagValue::String(value.to_owned()))
}

/// Moved to two minutes ago, because a search asks for the last hour.
fn hotrod() -> Vec<Batch> {
    let trace: Value = serde_json::from_str(include_str!("../data/hotrod-trace.json")).unwrap();
    let mut batches = batches(&trace["data"][0]);
    let starts = batches.iter().flat_map(|batch| &batch.spans).map(|span| span.start_time);
    let later = now() - 2 * MINUTE - starts.min().unwrap();
    for span in batches.iter_mut().flat_map(|batch| &mut batch.spans) {
        span.start_time += later;
        span.logs.iter_mut().for_each(|log| log.timestamp += later);
    }
    batches
}

/// A handful of requests to find, to sort and to leave out.
fn small() -> Vec<Batch> {
    let (mut frontend, mut customer) = (Vec::new(), Vec::new());
    // Minutes ago, milliseconds, calls, whether it failed.
    let requests = [
        (3, 41, 2, false),
        (4, 1730, 5, true),
        (7, 12, 0, false),
        (12, 388, 3, false),
        (38, 95, 1, false),
        (180, 60, 1, true),
    ];
    for (number, (minutes, milliseconds, calls, failed)) in (1..).zip(requests) {
        let (trace, start) = (0x5000 + number, now() - minutes * MINUTE);
        let mut root = at(trace, 1, 0, "HTTP GET /customer", start, milliseconds * 1000);
        root.tags = vec![
            tag("error", TagValue::Bool(failed)),
            tag("http.status_code", TagValue::Long(if failed { 500 } else { 200 })),
        ];
        root.tags.push(text("note", "two words"));
        frontend.push(root);
        for call in 0..calls {
            let share = milliseconds * 1000 / calls;
            customer.push(at(trace, 2 + call, 1, "SQL SELECT", start + call * share, share));
        }
    }
    vec![batch("frontend", frontend), batch("customer", customer)]
}

/// Each span has up to seven children, one after the other. The last one failed.
fn large() -> Vec<Batch> {
    let tiers: [&[&str]; 6] = [
        &["shop"],
        &["cart", "search-index"],
        &["stock", "recommendations"],
        &["prices", "payment"],
        &["warehouse"],
        &["mail"],
    ];
    let mut of_service: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    // Tier, start and duration by id; a child's are made of its parent's, which comes before it.
    let mut placed = vec![(0, 0, 0), (0, now() - 10 * MINUTE, 40_000_000)];
    for id in 1..=SPANS {
        let (parent, turn) = ((id + 5) / 7, (id + 5) % 7);
        if id > 1 {
            let (tier, start, duration) = placed[usize::try_from(parent).unwrap()];
            placed.push((tier + 1, start + turn * duration / 7, duration / 8));
        }
        let (tier, start, duration) = placed[usize::try_from(id).unwrap()];
        let mut one = at(LARGE, id, if id == 1 { 0 } else { parent }, &format!("step {id}"), start, duration);
        one.tags = vec![tag("number", TagValue::Long(id))];
        if id == SPANS {
            one.tags.push(tag("error", TagValue::Bool(true)));
        }
        let services = tiers[tier];
        of_service.entry(services[usize::try_from(id).unwrap() % services.len()]).or_default().push(one);
    }
    let batches = |(service, spans): (&str, Vec<Span>)| -> Vec<Batch> {
        spans.chunks(500).map(|spans| batch(service, spans.to_vec())).collect()
    };
    of_service.into_iter().flat_map(batches).collect()
}

fn peer() -> Batch {
    let start = now() - 50 * MINUTE;
    let call = |id, operation, kind, peer| {
        let mut call = at(PEER, id, 1, operation, start + id, 900);
        call.tags = vec![text("span.kind", kind), text("peer.service", peer)];
        call
    };
    let root = at(PEER, 1, 0, "GET /", start, 5000);
    batch("web", vec![root, call(2, "append", "client", "ledger"), call(3, "publish", "producer", "queue")])
}

fn endless_loop() -> Batch {
    let mut first = at(LOOP, 1, 2, "tick", -4_000_000, 1000);
    first.tags = (0..1000).map(|number| text(&format!("tag {number}"), "x")).collect();
    first.logs = (0..1000)
        .map(|number| Log { timestamp: -4_000_000 + number, fields: vec![text("event", "tick")] })
        .collect();
    batch("loop", vec![first, at(LOOP, 2, 1, "tock", -3_999_500, 100)])
}

fn deep() -> Vec<Batch> {
    let start = now() - 20 * MINUTE;
    let spans: Vec<_> = (1..=SPANS)
        .map(|id| at(DEEP, id, id - 1, &format!("level {id}"), start + id * 10, 2 * (SPANS - id + 1) * 10))
        .collect();
    spans.chunks(1000).map(|spans| batch("recursive", spans.to_vec())).collect()
}

fn hostile() -> Vec<Batch> {
    let start = now() - 30 * MINUTE;
    let endless = "very long ".repeat(3000);
    let control = "\0\u{1}\u{7}\u{1b}[31mred\u{202e}desrever\u{2066}\u{200b}\u{feff}\u{85}\r\n\ttab";
    let texts: Vec<&str> = ATTACKS.into_iter().chain([endless.as_str(), control]).collect();
    let mut batches = Vec::new();
    for (number, attack) in (1..).zip(&texts) {
        let parent = i64::from(number > 1);
        let mut one = at(HOSTILE, number, parent, attack, start + number * 1000, 5000);
        one.tags = texts.iter().map(|value| text(attack, value)).collect();
        one.tags.extend([
            text("span.kind", "client"),
            text("peer.service", attack),
            text("http.url", "https://elsewhere.example/?q=<b>"),
        ]);
        one.logs = vec![Log {
            timestamp: start + number * 1000 + 10,
            fields: texts.iter().map(|value| text(value, attack)).collect(),
        }];
        let tags = texts.iter().map(|value| text(value, attack)).collect();
        let process = Process { service_name: (*attack).to_owned(), tags };
        batches.push(Batch { process, spans: vec![one], ..Batch::default() });
    }
    batches
}

fn odd() -> Vec<Batch> {
    let start = now() - 40 * MINUTE;
    let reference =
        |ref_type, trace_id_low, span_id| SpanRef { ref_type, trace_id_low, trace_id_high: 0, span_id };
    let span =
        |id, parent, operation, offset, duration| at(ODD, id, parent, operation, start + offset, duration);
    let mut linked = span(0xa1, 0xa0, "linked", 2_000, 500);
    linked.references = vec![
        reference(RefType::ChildOf, ODD, 0xa0),
        reference(RefType::FollowsFrom, ODD, 0xb0),
        reference(RefType::FollowsFrom, HOTROD, 0x77),
        reference(RefType::FollowsFrom, ODD, 0xfff),
    ];
    let spans = vec![
        span(0xa0, 0, "root", 0, 10_000),
        linked,
        span(0xb0, 0, "second root", 3_000, 0),
        span(0xc0, 0xeee, "orphan", 4_000, 1_000),
        span(0xd0, 0xd1, "cycle one", 5_000, 1_000),
        span(0xd1, 0xd0, "cycle two", 5_100, 1_000),
        span(0xe0, 0xe0, "own parent", 6_000, 1_000),
        span(0xf0, 0xa0, "twin one", 6_500, 100),
        span(0xf0, 0xa0, "twin two", 6_600, 100),
        span(0xf1, 0xa0, "backwards", 7_000, -300),
    ];
    let elsewhere = |mut one: Batch| {
        one.process.tags = vec![text("ip", "10.0.0.9")];
        one
    };
    let skewed = elsewhere(batch("clock", vec![span(0xa2, 0xa0, "early", -5_000, 2_000)]));
    vec![batch("odd", spans), skewed]
}
