//! Several formats at once: order, refusal, and what crosses from one to the other.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use jaeger_propagation::{
    BaggageDrop, BaggageLimits, CarrierFormat, ExtractCarrier, Extracted, Flags, Format, HeaderNames,
    MalformedPart, Propagator, SpanContext,
};

type Headers = HashMap<String, String>;

const JAEGER: (&str, &str) = ("uber-trace-id", "a1:b1:0:3");
const W3C: (&str, &str) = ("traceparent", "00-000000000000000000000000000000a2-00000000000000b2-00");
const W3C_OF_JAEGER_S: (&str, &str) =
    ("traceparent", "00-000000000000000000000000000000a1-00000000000000b1-01");
const B3: (&str, &str) = ("b3", "a3-b3-d");
const B3_MULTI: [(&str, &str); 3] = [("X-B3-TraceId", "a4"), ("X-B3-SpanId", "b4"), ("X-B3-Sampled", "1")];

fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(propagator: &Propagator, pairs: &[(&str, &str)]) -> Extracted {
    propagator.extract(&headers(pairs))
}

fn baggage(extracted: &Extracted) -> Vec<(&str, &str)> {
    let mut items: Vec<_> = extracted.baggage.iter().collect();
    items.sort_unstable();
    items
}

fn all() -> Vec<(&'static str, &'static str)> {
    [&[JAEGER, W3C, B3], &B3_MULTI[..]].concat()
}

#[test]
fn the_first_valid_one_wins_in_any_order() {
    for (order, format, trace) in [
        (vec![Format::Jaeger, Format::W3c], Format::Jaeger, 0xa1),
        (vec![Format::W3c, Format::Jaeger], Format::W3c, 0xa2),
        (vec![Format::B3Single, Format::W3c], Format::B3Single, 0xa3),
        (vec![Format::B3Multi, Format::B3Single, Format::B3Multi], Format::B3Multi, 0xa4),
    ] {
        let propagator = Propagator::new().with_extract_order(order.clone());
        let found = read(&propagator, &all());
        assert_eq!(found.format, Some(format), "{order:?}");
        assert_eq!(found.span_context.unwrap().trace_id, trace.into(), "{order:?}");
        assert_eq!(propagator.counters().extracted(format), 1);
    }
}

#[test]
fn a_format_that_is_not_accepted_is_not_there() {
    assert_eq!(
        read(&Propagator::w3c(), &[JAEGER, B3, ("uberctx-k", "v"), ("jaeger-debug-id", "x")]),
        Extracted::default()
    );
    assert_eq!(read(&Propagator::new().with_extract_order([]), &all()), Extracted::default());
}

#[test]
fn a_malformed_header_does_not_hide_a_good_one() {
    let propagator = Propagator::as_received();
    let bad = [
        ("uber-trace-id", "junk"),
        ("uberctx-k", "lost with its header"),
        ("jaeger-debug-id", "lost too"),
        ("baggage", "k=kept"),
        ("b3", "junk"),
    ];
    let found = read(&propagator, &[&bad[..], &[W3C]].concat());
    assert_eq!((found.format, found.debug_id.as_deref()), (Some(Format::W3c), None));
    assert_eq!(baggage(&found), [("k", "kept")]);
    assert_eq!(found.refused.unwrap().format(), Format::Jaeger);
    let counters = propagator.counters();
    assert_eq!(counters.malformed(Format::Jaeger, MalformedPart::Structure), 1);
    assert_eq!(counters.malformed(Format::B3Single, MalformedPart::Structure), 1);
    assert_eq!(counters.baggage_dropped(BaggageDrop::TraceRefused), 1);
    assert_eq!(counters.debug_ids_refused(), 0, "beside a trace it is nothing anyway");
}

#[test]
fn the_other_way_round_too() {
    let found = read(&Propagator::both(), &[JAEGER, ("traceparent", "junk"), ("baggage", "k=lost")]);
    assert_eq!((found.format, baggage(&found).len()), (Some(Format::Jaeger), 0));
    assert_eq!(found.refused.unwrap().part(), MalformedPart::Version);
}

#[test]
fn what_another_format_knows_of_the_same_span_is_not_lost() {
    let w3c_first = Propagator::new().with_extract_order([Format::W3c, Format::Jaeger]);
    let flags = |pairs: &[(&str, &str)]| read(&w3c_first, pairs).span_context.unwrap().flags;
    assert_eq!(flags(&[W3C_OF_JAEGER_S, ("uber-trace-id", "a1:b1:c1:b")]), Flags::from_bits(0xb));
    assert_eq!(flags(&[W3C_OF_JAEGER_S, ("uber-trace-id", "a1:b9:0:b")]), Flags::SAMPLED, "another span");
    let unsampled = W3C_OF_JAEGER_S.1.replace("-01", "-00");
    let found = flags(&[("traceparent", &unsampled), ("uber-trace-id", "a1:b1:c1:3")]);
    assert!(!found.is_sampled() && !found.is_debug(), "the decision is that of the one which is believed");
}

#[test]
fn a_trace_state_belongs_to_its_trace() {
    let state = ("tracestate", "vendor=1");
    let state_of = |pairs: &[(&str, &str)]| read(&Propagator::both(), pairs).trace_state;
    assert_eq!(state_of(&[W3C, state]).as_deref(), Some("vendor=1"));
    assert_eq!(state_of(&[JAEGER, W3C_OF_JAEGER_S, state]).as_deref(), Some("vendor=1"));
    assert_eq!(state_of(&[JAEGER, W3C, state]), None);
    assert_eq!(state_of(&[JAEGER, state]), None);
}

#[test]
fn the_first_format_s_baggage_wins() {
    let pairs = [
        JAEGER,
        W3C_OF_JAEGER_S,
        ("uberctx-k", "jaeger"),
        ("jaeger-baggage", "by-hand=1,k=by hand"),
        ("baggage", "k=w3c,Session=4711"),
    ];
    let by_hand_is_jaeger_s = [("Session", "4711"), ("by-hand", "1"), ("k", "jaeger")];
    assert_eq!(baggage(&read(&Propagator::both(), &pairs)), by_hand_is_jaeger_s);
    let w3c_first = Propagator::new().with_extract_order([Format::W3c, Format::Jaeger]);
    assert_eq!(baggage(&read(&w3c_first, &pairs)), [("Session", "4711"), ("by-hand", "1"), ("k", "w3c")]);
}

#[test]
fn keys_of_w3c_have_case_and_those_of_jaeger_have_not() {
    assert_eq!(baggage(&read(&Propagator::w3c(), &[("baggage", "K=1,k=2")])), [("K", "1"), ("k", "2")]);
    let w3c_first = Propagator::both().with_extract_order([Format::W3c, Format::Jaeger]);
    for propagator in [Propagator::both(), w3c_first] {
        let found = read(&propagator, &[("uberctx-k", "1"), ("baggage", "K=1;p")]);
        assert_eq!(baggage(&found), [("K", "1")], "the same item in both formats");
        let mut out = Headers::new();
        propagator.forward(&found, &mut out);
        assert_eq!(out, headers(&[("uberctx-k", "1"), ("baggage", "K=1;p")]));
    }
}

#[test]
fn title_case_is_lowered_as_well() {
    assert_eq!(baggage(&read(&Propagator::new(), &[("uberctx-\u{1c8}", "v")])), [("\u{1c9}", "v")]);
}

#[test]
fn a_request_is_sent_on_in_the_formats_in_which_it_came() {
    let propagator = Propagator::as_received();
    let sent_on = |pairs: &[(&str, &str)]| {
        let mut out = Headers::new();
        propagator.forward(&read(&propagator, pairs), &mut out);
        let mut names: Vec<_> = out.into_keys().collect();
        names.sort_unstable();
        names
    };
    let item = ("uberctx-k", "v");
    assert_eq!(sent_on(&[W3C]), ["traceparent"]);
    assert_eq!(sent_on(&[B3]), ["b3"]);
    assert_eq!(sent_on(&[JAEGER, item]), ["uber-trace-id", "uberctx-k"]);
    assert_eq!(
        sent_on(&[JAEGER, W3C_OF_JAEGER_S, item]),
        ["baggage", "traceparent", "uber-trace-id", "uberctx-k"]
    );
    assert_eq!(sent_on(&B3_MULTI), ["x-b3-sampled", "x-b3-spanid", "x-b3-traceid"]);
    assert_eq!(sent_on(&[("uber-trace-id", "junk"), W3C]), ["traceparent"], "a malformed one was no format");
    assert_eq!(sent_on(&[("baggage", "k=v")]), ["baggage"], "baggage alone has a format as well");
    assert_eq!(sent_on(&[W3C, item]), ["baggage", "traceparent", "uber-trace-id", "uberctx-k"]);
}

#[test]
fn who_answers_in_kind_is_who_writes() {
    let received = read(&Propagator::as_received(), &[B3]);
    let mut out = Headers::new();
    Propagator::w3c().forward(&received, &mut out);
    assert_eq!(out.into_keys().collect::<Vec<_>>(), ["traceparent"]);
}

#[test]
fn a_new_trace_goes_out_in_the_chosen_formats() {
    let propagator = Propagator::as_received().with_inject_formats([Format::W3c, Format::B3Single]);
    let context = SpanContext::new(0xa1.into(), 0xb1.into(), Flags::SAMPLED | Flags::DEBUG);
    let mut out = Headers::new();
    propagator.inject(Some(&context), [], &mut out);
    assert_eq!(out, headers(&[W3C_OF_JAEGER_S, ("b3", "00000000000000a1-00000000000000b1-d")]));
    let counters = propagator.counters();
    assert_eq!(Format::ALL.map(|format| counters.injected(format)), [0, 1, 1, 0]);
}

#[test]
fn without_anything_to_say_a_carrier_stays_as_it_is() {
    let mut out = headers(&all());
    Propagator::both().inject(None, [], &mut out);
    assert_eq!(out, headers(&all()));
    Propagator::both().inject(None, [("k", "v")], &mut out);
    let with_baggage = [&all()[..], &[("uberctx-k", "v"), ("baggage", "k=v")]].concat();
    assert_eq!(out, headers(&with_baggage), "no trace header is removed");
    Propagator::both().inject(None, [("l", "w")], &mut out);
    let with_other_baggage = [&all()[..], &[("uberctx-l", "w"), ("baggage", "l=w")]].concat();
    assert_eq!(out, headers(&with_other_baggage), "baggage is replaced");
}

#[test]
fn custom_names_are_read_written_and_replaced() {
    let mut names = HeaderNames::default();
    names.trace_context = "X-Trace".into();
    names.baggage_prefix = "x-ctx-".into();
    names.debug_id = "x-debug".into();
    names.baggage = "x-baggage".into();
    let propagator = Propagator::new().with_header_names(names).unwrap();
    let pairs = [("x-trace", "a1:b1:0:1"), ("X-Ctx-K", "v"), ("x-baggage", "l=w"), JAEGER];
    let found = read(&propagator, &pairs);
    assert_eq!(found.span_context.unwrap().flags, Flags::SAMPLED);
    assert_eq!(baggage(&found), [("k", "v"), ("l", "w")]);
    assert_eq!(read(&propagator, &[("x-debug", "why")]).debug_id.as_deref(), Some("why"));
    let mut out = headers(&[("x-trace", "stale"), ("x-ctx-old", "stale")]);
    propagator.forward(&found, &mut out);
    let written = [("x-trace", "00000000000000a1:00000000000000b1:0:1"), ("x-ctx-k", "v"), ("x-ctx-l", "w")];
    assert_eq!(out, headers(&written));
}

#[test]
fn limits_hold_over_all_formats_together() {
    let mut limits = BaggageLimits::default();
    limits.items = 3;
    let propagator = Propagator::both().with_baggage_limits(limits);
    let found = read(&propagator, &[("uberctx-a", "1"), ("jaeger-baggage", "b=2"), ("baggage", "c=3,d=4")]);
    assert_eq!(found.baggage.len(), 3);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyItems), 1);

    limits.items = 180;
    limits.bytes = 10;
    let propagator = Propagator::both().with_baggage_limits(limits);
    let found = read(&propagator, &[("baggage", "a=12345,b=%20%20%20,c=1,d=;ppppppppp")]);
    assert_eq!(baggage(&found), [("a", "12345"), ("b", "   ")], "counted as decoded");
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyBytes), 2);

    limits.bytes = 8;
    let propagator = Propagator::both().with_baggage_limits(limits);
    let found = read(&propagator, &[("uberctx-k", "1"), ("uberctx-m", "12"), ("baggage", "k=1;ppppp")]);
    let mut out = Headers::new();
    propagator.forward(&found, &mut out);
    assert!(!out["baggage"].contains(";ppppp"), "there was no room for the properties: {out:?}");
    assert_eq!(baggage(&found), [("k", "1"), ("m", "12")]);
}

#[test]
fn baggage_that_one_w3c_header_cannot_hold_is_counted() {
    let propagator = Propagator::w3c();
    let long = "☃".repeat(1000);
    let items = [("a", long.as_str()), ("b", "1"), ("not a token", "1")];
    let mut out = Headers::new();
    propagator.inject(None, items, &mut out);
    assert_eq!(out, headers(&[("baggage", "b=1")]));
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyBytes), 1);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::UnsendableKey), 1);
}

#[test]
fn keys_that_are_one_in_jaeger_s_format_are_counted() {
    let propagator = Propagator::both();
    let mut out = Headers::new();
    propagator.inject(None, [("K", "1"), ("k", "2")], &mut out);
    assert_eq!(out, headers(&[("uberctx-k", "2"), ("baggage", "K=1,k=2")]));
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::SameKey), 1);
}

#[test]
fn one_bad_member_costs_no_other_one() {
    let propagator = Propagator::both();
    let latin_1 = b"a=1,b=\xe9,c=3".to_vec();
    for name in ["jaeger-baggage", "baggage"] {
        let found = propagator.extract(&Bytes(name, latin_1.clone()));
        assert_eq!(baggage(&found), [("a", "1"), ("c", "3")], "{name}");
    }
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::NotText), 2);
}

/// A map of text whose one value is bytes.
struct Bytes(&'static str, Vec<u8>);

impl ExtractCarrier for Bytes {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        visit(self.0, &self.1);
    }
}

#[test]
fn an_item_is_measured_without_what_is_around_it() {
    let long = "x".repeat(8191);
    let propagator = Propagator::both();
    for header in [
        ("uberctx-k", long.clone()),
        ("jaeger-baggage", format!("k={long}")),
        ("baggage", format!("k={long}")),
    ] {
        let found = read(&propagator, &[(header.0, &header.1)]);
        assert_eq!(baggage(&found), [("k", long.as_str())], "{}", header.0);
    }
    let padded = format!("k=v{},l = w", " ".repeat(9000));
    assert_eq!(baggage(&read(&propagator, &[("jaeger-baggage", &padded)])), [("k", "v"), ("l", "w")]);
}

#[test]
fn a_lone_debug_bit_is_no_debug_trace_in_another_format_either() {
    let w3c_first = Propagator::both().with_extract_order([Format::W3c, Format::Jaeger]);
    let found = read(&w3c_first, &[W3C_OF_JAEGER_S, ("uber-trace-id", "a1:b1:0:2")]);
    assert_eq!(found.span_context.unwrap().flags, Flags::SAMPLED);
}

#[test]
fn a_debug_id_makes_jaeger_s_a_received_format_only_where_it_counts() {
    let propagator = Propagator::as_received();
    let sent_on = |pairs: &[(&str, &str)]| {
        let mut out = Headers::new();
        propagator.forward(&read(&propagator, pairs), &mut out);
        out.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(sent_on(&[B3, ("jaeger-debug-id", "")]), ["b3"]);
    assert_eq!(sent_on(&[B3, ("jaeger-debug-id", "why")]), ["b3"]);
}

#[test]
fn a_refused_debug_id_is_counted_where_it_would_have_counted() {
    let refused = |pairs: &[(&str, &str)]| {
        let propagator = Propagator::both();
        assert_eq!(read(&propagator, pairs).debug_id, None);
        propagator.counters().debug_ids_refused()
    };
    let (junk, why) = (("uber-trace-id", "junk"), ("jaeger-debug-id", "why"));
    assert_eq!(refused(&[junk, why]), 1);
    assert_eq!(refused(&[junk, ("jaeger-debug-id", " ")]), 0);
    assert_eq!(refused(&[junk, why, W3C]), 0);
}

#[test]
fn b3_has_no_baggage_and_what_that_costs_is_counted() {
    let propagator = Propagator::new().with_inject_formats([Format::B3Single]);
    let mut out = headers(&[("uberctx-k", "v")]);
    propagator.forward(&read(&propagator, &[("uberctx-k", "v")]), &mut out);
    assert!(out.is_empty());
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::NoFormat), 1);
}

#[test]
fn a_parent_that_is_said_twice_is_ignored_like_a_bad_one() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let parents = [pair("x-b3-parentspanid", "1"), pair("x-b3-parentspanid", "2")];
    let ids = [pair("x-b3-traceid", "a4"), pair("x-b3-spanid", "b4")];
    let found = Propagator::as_received().extract(&[parents, ids].concat()[..]);
    assert_eq!(found.span_context.unwrap().parent_id, None);
}

#[test]
fn conflicting_headers_are_malformed_in_every_format_and_repeated_ones_are_one() {
    for (name, value, other) in [
        ("uber-trace-id", "a1:b1:0:1", "a1:b1:0:0"),
        ("traceparent", W3C.1, W3C_OF_JAEGER_S.1),
        ("b3", "a3-b3-1", "a3-b3-0"),
        ("x-b3-sampled", "1", "0"),
    ] {
        let pair = |value: &str| (name.to_owned(), value.to_owned());
        let propagator = Propagator::as_received();
        let ids = || {
            [("x-b3-traceid", "a4"), ("x-b3-spanid", "b4")].map(|(name, id)| (name.to_owned(), id.to_owned()))
        };
        let twice = [vec![pair(value), pair(&format!(" {value}\t"))], ids().to_vec()].concat();
        let twice = propagator.extract(&twice[..]);
        assert!(twice.span_context.is_some() && twice.refused.is_none(), "{name}");
        let refused = [vec![pair(value), pair(other)], ids().to_vec()].concat();
        let refused = propagator.extract(&refused[..]).refused.unwrap();
        assert_eq!(refused.part(), MalformedPart::Structure, "{name}");
    }
}
