//! What is given up and in which order, and that any span that is cut down is still that span.

use proptest::{collection::vec, prelude::*};

use super::*;

fn text(key: &str, value: impl Into<String>) -> Tag {
    Tag { key: key.to_owned(), value: TagValue::String(value.into()) }
}

fn log(timestamp: i64, bytes: usize) -> Log {
    Log { timestamp, fields: vec![text("event", "x".repeat(bytes))] }
}

fn decoded(span: &Span, room: usize) -> Option<Span> {
    let cut = |protocol, bytes: &[u8]| cut_down(bytes, protocol, room);
    let compact = cut(WireProtocol::Compact, &encoded::<Compact>(span));
    let binary = cut(WireProtocol::Binary, &encoded::<Binary>(span));
    assert_eq!(compact.is_some(), binary.is_some());
    compact.map(|span| Span::decode::<Compact>(&span).unwrap())
}

fn timestamps(span: &Span) -> Vec<i64> {
    span.logs.iter().map(|log| log.timestamp).collect()
}

#[test]
fn a_large_log_costs_only_itself() {
    let logs = vec![log(1, 100), log(2, 100), log(3, 200_000), log(4, 100)];
    let span = Span { tags: vec![text("k", "v")], logs, ..Span::default() };
    let cut = decoded(&span, 65_000).unwrap();
    assert_eq!(timestamps(&cut), [1, 2, 4]);
    assert_eq!(cut.tags, [text("k", "v"), mark(LOGS_TAG, 1)]);
}

#[test]
fn of_many_logs_the_first_and_the_last_are_kept() {
    let span = Span { logs: (0..100).map(|at| log(at, 1_000)).collect(), ..Span::default() };
    let cut = decoded(&span, 5_500).unwrap();
    assert_eq!(timestamps(&cut), [0, 1, 2, 98, 99]);
    assert_eq!(cut.tags, [mark(LOGS_TAG, 95)]);
}

#[test]
fn the_longest_tags_are_cut_to_one_length_when_no_log_is_left() {
    let tags = vec![
        text("short", "v".repeat(900)),
        text("long", "ü".repeat(50_000)),
        Tag { key: "bytes".to_owned(), value: TagValue::Binary(vec![7; 50_000]) },
    ];
    let span = Span { tags, logs: vec![log(1, 10)], ..Span::default() };
    let cut = decoded(&span, 10_000).unwrap();
    assert!(timestamps(&cut).is_empty(), "{cut:?}");
    let [short, long, bytes, marks @ ..] = &cut.tags[..] else { panic!("{cut:?}") };
    assert_eq!(short, &span.tags[0]);
    let lengths = [value_len(&long.value), value_len(&bytes.value)];
    assert!(lengths.iter().all(|length| (4_400..4_550).contains(length)), "{lengths:?}");
    assert_eq!(long.value, TagValue::String("ü".repeat(lengths[0] / 2)));
    assert_eq!(marks, [mark(LOGS_TAG, 1), mark(TAGS_TAG, 2)]);
}

#[test]
fn what_is_too_large_without_logs_and_long_values_is_not_cut_down() {
    let named = Span { operation_name: "n".repeat(2_000), logs: vec![log(1, 9)], ..Span::default() };
    assert_eq!(decoded(&named, 1_000), None);
    let tagged = Span { tags: vec![text("k", "v".repeat(MIN_VALUE_BYTES)); 100], ..Span::default() };
    assert_eq!(decoded(&tagged, 1_000), None);
    assert_eq!(cut_down(b"no span", WireProtocol::Compact, 1_000), None);
}

fn any_span() -> impl Strategy<Value = Span> {
    let value = prop_oneof![
        "\\PC{0,300}".prop_map(TagValue::String),
        any::<i64>().prop_map(TagValue::Long),
        vec(any::<u8>(), 0..300).prop_map(TagValue::Binary),
    ];
    let tag = ("[a-z.]{0,12}", value).prop_map(|(key, value)| Tag { key, value });
    let fields = vec(tag.clone(), 0..4);
    let log = (any::<i64>(), fields).prop_map(|(timestamp, fields)| Log { timestamp, fields });
    let head = (any::<[i64; 6]>(), any::<i32>(), "\\PC{0,40}");
    (head, vec(tag, 0..20), vec(log, 0..20)).prop_map(|((ids, flags, operation_name), tags, logs)| {
        let [trace_id_low, trace_id_high, span_id, parent_span_id, start_time, duration] = ids;
        let ids = Span { trace_id_low, trace_id_high, span_id, parent_span_id, ..Span::default() };
        Span { operation_name, flags, start_time, duration, tags, logs, ..ids }
    })
}

/// What was made of the tags and the logs of a span, against what the marks say.
fn check<P: Protocol>(span: &Span, protocol: WireProtocol, share: f64) -> Result<(), TestCaseError> {
    let bytes = encoded::<P>(span);
    // Always too little.
    let room = (bytes.len() as f64 * share) as usize;
    let Some(cut) = cut_down(&bytes, protocol, room) else {
        let short = span.tags.iter().map(|tag| value_len(&tag.value).saturating_sub(MIN_VALUE_BYTES));
        let bare = Span { logs: Vec::new(), ..span.clone() };
        let marks = 2 * encoded::<P>(&Span { tags: vec![mark(TAGS_TAG, 300)], ..Span::default() }).len();
        prop_assert!(encoded::<P>(&bare).len() + marks > room + short.sum::<usize>(), "given up too soon");
        return Ok(());
    };
    prop_assert!(cut.len() <= room);
    let mut cut = Span::decode::<P>(&cut).unwrap();
    let marks = cut.tags.split_off(span.tags.len());
    let cut_tags = span.tags.iter().zip(&cut.tags).filter(|(whole, cut)| whole != cut);
    for (whole, cut) in cut_tags.clone() {
        let starts = match (&whole.value, &cut.value) {
            (TagValue::String(whole), TagValue::String(cut)) => whole.starts_with(cut),
            (TagValue::Binary(whole), TagValue::Binary(cut)) => whole.starts_with(cut),
            _ => false,
        };
        prop_assert!(starts && whole.key == cut.key && value_len(&cut.value) + 3 >= MIN_VALUE_BYTES);
    }
    let (removed, cut_tags) = (span.logs.len() - cut.logs.len(), cut_tags.count());
    prop_assert!(removed > 0 || span.logs.is_empty(), "logs first");
    prop_assert!(cut_tags == 0 || cut.logs.is_empty(), "tags only when no log is left");
    let expected = [(removed, LOGS_TAG), (cut_tags, TAGS_TAG)];
    let expected = expected.into_iter().filter(|(count, _)| *count > 0);
    prop_assert_eq!(marks, expected.map(|(count, key)| mark(key, count)).collect::<Vec<_>>());
    let mut logs = span.logs.iter();
    prop_assert!(cut.logs.iter().all(|kept| logs.any(|log| log == kept)), "in their order");
    prop_assert_eq!(Span { tags: span.tags.clone(), logs: span.logs.clone(), ..cut }, span.clone());
    Ok(())
}

proptest! {
    #[test]
    fn any_span_fits_and_says_what_it_lost(span in any_span(), share in 0.0..1.0) {
        check::<Compact>(&span, WireProtocol::Compact, share)?;
        check::<Binary>(&span, WireProtocol::Binary, share)?;
    }
}
