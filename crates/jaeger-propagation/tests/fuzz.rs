//! A fuzz target for each parser, and for what is written: no input panics, everything stays bounded, and the result is that of a
//! slow and obvious second implementation.
//!
//! A few hundred inputs each as a test. Many more:
//! `PROPTEST_CASES=10000000 cargo test --release -p jaeger-propagation --test fuzz`.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::{
    CarrierFormat, ExtractCarrier, Extracted, Flags, Format, GrpcHeaders, Propagator, SpanContext, SpanId,
    TraceId,
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Headers of any bytes, which no `HeaderMap` would let through.
struct Raw<'a>(CarrierFormat, &'a [(&'a str, Vec<u8>)]);

impl ExtractCarrier for Raw<'_> {
    fn format(&self) -> CarrierFormat {
        self.0
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        self.1.iter().for_each(|(name, value)| visit(name, value));
    }
}

/// Values that are nearly right: pieces of the grammar in any order, and now and then any bytes.
fn pieces(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    any_of(select(pieces).prop_map(|piece| piece.as_bytes().to_vec()))
}

/// The same with ids between them.
fn ids_and(separators: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    any_of(prop_oneof![select(IDS), select(separators)].prop_map(|piece| piece.as_bytes().to_vec()))
}

fn any_of(piece: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![20 => piece, 1 => vec(any::<u8>(), 0..8)];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

const IDS: &[&str] = &[
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00000000000000000000000000000000",
    "00f067aa0ba902b7",
    "7B",
    "1c8",
    "0",
    "00",
    "01",
    "1",
    "3",
    "ff",
    "+1",
    "0x1",
    "g",
    "é",
];

const NAMES: &[&str] = &[
    "uber-trace-id",
    "Uberctx-k",
    "uberctx-",
    "jaeger-debug-id",
    "jaeger-baggage",
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "X-B3-TraceId",
    "x-b3-spanid",
    "accept",
];

const B3_NAMES: &[&str] = &["x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"];

const VALID: &[&str] =
    &["7b:1c8:0:b", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "7b-1c8-1", "a=1,b=2"];

fn alone(format: Format) -> Propagator {
    Propagator::new().with_extract_order([format])
}

fn read(format: Format, name: &str, value: &[u8]) -> Extracted {
    alone(format).extract(&Raw(CarrierFormat::HttpHeaders, &[(name, value.to_vec())]))
}

/// One to `max` digits, by the library and without its traps.
fn id(text: &str, max: usize) -> Option<u128> {
    let is_hex = (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(text, 16).unwrap())
}

fn context(trace_id: u128, span_id: u128, parent_id: Option<u128>, flags: u8) -> Option<SpanContext> {
    let context = SpanContext {
        trace_id: TraceId::from(trace_id),
        span_id: SpanId::from(span_id as u64),
        parent_id: parent_id.map(|id| SpanId::from(id as u64)),
        flags: Flags::from_bits(flags),
    };
    context.is_valid().then_some(context)
}

fn trimmed(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let start = value.iter().take_while(|byte| blank(byte)).count();
    let end = value.iter().rev().take_while(|byte| blank(byte)).count();
    value.get(start..value.len() - end).unwrap_or_default()
}

/// `None` is malformed.
fn percent_decoded(value: &[u8], plus: u8) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        (decoded, rest) = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let byte = id(std::str::from_utf8(&[*high, *low]).ok()?, 2).filter(|_| high.is_ascii())?;
                ([decoded, vec![byte as u8]].concat(), tail)
            }
            (b'%', _) => return None,
            (b'+', _) => ([decoded, vec![plus]].concat(), tail),
            _ => ([decoded, vec![*first]].concat(), tail),
        };
    }
    Some(decoded)
}

/// The text of an item, decoded or as it came.
fn item_text(value: &str, plus: u8) -> String {
    let decoded = percent_decoded(value.as_bytes(), plus).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| value.to_owned())
}

/// `Err` is malformed.
type Read = Result<Option<SpanContext>, ()>;

fn uber_trace_id(value: &[u8]) -> Read {
    let value = percent_decoded(trimmed(value), b'+').ok_or(())?;
    let text = String::from_utf8_lossy(&value);
    let [trace_id, span_id, parent_id, flags] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err(());
    };
    let ids = (id(trace_id, 32).ok_or(())?, id(span_id, 16).ok_or(())?);
    Ok(context(ids.0, ids.1, id(parent_id, 16), id(flags, 2).ok_or(())? as u8))
}

fn traceparent(value: &[u8]) -> Read {
    let text = std::str::from_utf8(trimmed(value)).map_err(|_| ())?;
    let lower = |text: &str, digits: usize| {
        let is_lower = text.len() == digits && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        id(text, digits).filter(|_| is_lower).ok_or(())
    };
    let mut parts = text.splitn(5, '-');
    let mut part = || parts.next().ok_or(());
    let version = lower(part()?, 2)?;
    let (trace_id, span_id, flags) = (lower(part()?, 32)?, lower(part()?, 16)?, lower(part()?, 2)?);
    if version == 0xff || version == 0 && part().is_ok() {
        Err(())
    } else {
        Ok(context(trace_id, span_id, None, flags as u8 & 1))
    }
}

fn b3(value: &[u8]) -> Read {
    let text = String::from_utf8_lossy(trimmed(value));
    let parts: Vec<_> = text.split('-').collect();
    match parts[..] {
        ["0" | "1" | "d"] => Ok(None),
        [trace_id, span_id, ref rest @ ..] if rest.len() <= 2 => {
            let flags = match rest.first() {
                None | Some(&"0") => 0,
                Some(&"1") => 1,
                Some(&"d") => 3,
                _ => return Err(()),
            };
            let parent_id = rest.get(1).and_then(|parent_id| id(parent_id, 16));
            Ok(context(id(trace_id, 32).ok_or(())?, id(span_id, 16).ok_or(())?, parent_id, flags))
        }
        _ => Err(()),
    }
}

/// Of the last value of each, as `several_b3_headers` gives none twice.
fn b3_multi(headers: &[(&str, Vec<u8>)]) -> Read {
    let value = |wanted: &str| {
        let value = headers.iter().find(|(name, _)| *name == wanted)?;
        Some(String::from_utf8_lossy(trimmed(&value.1)).to_lowercase())
    };
    let (trace_id, span_id) = match (value("x-b3-traceid"), value("x-b3-spanid")) {
        (Some(trace_id), Some(span_id)) => (trace_id, span_id),
        (None, None) => return Ok(None),
        _ => return Err(()),
    };
    let sampled = match value("x-b3-sampled").as_deref() {
        None | Some("0" | "false") => 0,
        Some("1" | "true") => 1,
        Some(_) => return Err(()),
    };
    let flags = if value("x-b3-flags").as_deref() == Some("1") { 3 } else { sampled };
    let parent_id = value("x-b3-parentspanid").and_then(|parent_id| id(&parent_id, 16));
    Ok(context(id(&trace_id, 32).ok_or(())?, id(&span_id, 16).ok_or(())?, parent_id, flags))
}

/// The headers as one list; `None` if there is none, or one of them is no list.
fn tracestate(headers: &[Vec<u8>]) -> Option<String> {
    let mut list = Vec::new();
    for header in headers {
        let text = std::str::from_utf8(trimmed(header)).ok()?;
        for member in text.split(',').map(|member| member.trim_matches([' ', '\t'])) {
            let is_key = |key: &str| {
                key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
                    && key
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-*/@".contains(c))
            };
            let is_value = |value: &str| value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
            let parts: Vec<_> = member.split('=').collect();
            let is_member = matches!(parts[..], [key, value] if is_key(key) && is_value(value));
            (member.is_empty() || is_member).then_some(())?;
        }
        list.extend(Some(text).filter(|text| !text.is_empty()));
    }
    Some(list.join(",")).filter(|list| !list.is_empty())
}

fn agrees(found: &Extracted, expected: Read) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.refused.is_some(), expected.is_err());
    prop_assert_eq!(found.span_context, expected.unwrap_or(None));
    Ok(())
}

fn sorted(found: &Extracted) -> BTreeMap<String, String> {
    found.baggage.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn bounded(found: &Extracted) -> Result<(), TestCaseError> {
    let bytes: usize = found.baggage.iter().map(|(key, value)| key.len() + value.len()).sum();
    prop_assert!(found.baggage.len() <= 180 && bytes <= 8192);
    prop_assert!(found.baggage.iter().all(|(key, _)| !key.is_empty()));
    prop_assert!(found.span_context.is_none_or(|context| context.is_valid()));
    prop_assert_eq!(found.span_context.is_some(), found.format.is_some());
    prop_assert!(found.trace_state.as_ref().is_none_or(|state| state.len() <= 8192));
    Ok(())
}

/// Pairs of any text, with keys that are often sendable.
fn items() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = prop_oneof!["[a-z0-9.-]{1,6}", "[ -~]{0,4}", ".{0,3}", Just("k-bin".to_owned())];
    let value = prop_oneof!["[ -~]{0,8}", ".{0,6}", "[%+\r\n]{0,4}"];
    proptest::collection::btree_map(key, value, 0..5)
}

fn sendable(map: &HeaderMap, is_name: impl Fn(&str) -> bool) -> Result<(), TestCaseError> {
    for (name, value) in map {
        prop_assert!(is_name(name.as_str()), "{name}");
        prop_assert!(value.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte)), "{value:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_uber_trace_id(value in ids_and(&[":", ":", ":", "%3A", "%3a", "%", " ", "\t"])) {
        agrees(&read(Format::Jaeger, "uber-trace-id", &value), uber_trace_id(&value))?;
    }

    #[test]
    fn a_traceparent(value in ids_and(&["-", "-", "-", "-", "cc", " "])) {
        agrees(&read(Format::W3c, "traceparent", &value), traceparent(&value))?;
    }

    #[test]
    fn a_b3_header(value in ids_and(&["-", "-", "-", "d", " "])) {
        agrees(&read(Format::B3Single, "b3", &value), b3(&value))?;
    }

    #[test]
    fn several_b3_headers(values in vec(proptest::option::of(ids_and(&["true", "FALSE", "1", "0", " "])), 5)) {
        let headers: Vec<_> = B3_NAMES.iter().copied().zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
        let found = alone(Format::B3Multi).extract(&Raw(CarrierFormat::HttpHeaders, &headers));
        agrees(&found, b3_multi(&headers))?;
        let twice = [headers.clone(), headers].concat();
        let again = alone(Format::B3Multi).extract(&Raw(CarrierFormat::HttpHeaders, &twice));
        prop_assert_eq!(again, found, "a repetition changes nothing");
    }

    #[test]
    fn a_trace_state(values in vec(pieces(&["a=1", "b@c=2", ",", " ", "\t", "\r\n", "é"]), 0..3)) {
        let mut headers = vec![("traceparent", VALID[1].as_bytes().to_vec())];
        headers.extend(values.iter().map(|value| ("tracestate", value.clone())));
        let found = alone(Format::W3c).extract(&Raw(CarrierFormat::HttpHeaders, &headers));
        prop_assert_eq!(found.trace_state, tracestate(&values));
        prop_assert!(found.span_context.is_some());
    }

    #[test]
    fn a_baggage_item(value in pieces(&["a", "%20", "%C3%A9", "%c3", "%", "+", "%zz", " ", "é"])) {
        let found = read(Format::Jaeger, "uberctx-K", &value);
        let expected = std::str::from_utf8(&value).ok().map(|text| item_text(text, b' '));
        prop_assert_eq!(found.baggage.get("k"), expected.as_deref());
        let text_map = [("uberctx-k", value.clone())];
        let plain = alone(Format::Jaeger).extract(&Raw(CarrierFormat::TextMap, &text_map));
        prop_assert_eq!(plain.baggage.get("k"), std::str::from_utf8(&value).ok());
    }

    #[test]
    fn baggage_by_hand(value in pieces(&["k", "K", "v", "=", "=", ",", ",", " ", "%2C", "%3D", "%", "+"])) {
        let found = read(Format::Jaeger, "jaeger-baggage", &value);
        bounded(&found)?;
        let mut expected = BTreeMap::new();
        let whole = std::str::from_utf8(&value).map(|text| item_text(text, b' ').into_bytes()).unwrap_or(value);
        for token in whole.split(|byte| *byte == b',').filter_map(|token| std::str::from_utf8(token).ok()) {
            let parts: Vec<_> = token.split('=').map(str::trim).collect();
            if let [key, value] = parts[..] && !key.is_empty() {
                expected.insert(key.to_lowercase(), value.to_owned());
            }
        }
        prop_assert_eq!(sorted(&found), expected);
    }

    #[test]
    fn a_w3c_baggage_header(value in pieces(&["k", "K", "v", "=", "=", ",", ",", ";", " ", "\t", "%2C", "%", "+", "é"])) {
        let found = read(Format::W3c, "baggage", &value);
        bounded(&found)?;
        let mut expected = BTreeMap::new();
        for member in value.split(|byte| *byte == b',').filter_map(|member| std::str::from_utf8(member).ok()) {
            let pair = member.split(';').next().unwrap_or_default();
            if let Some((key, value)) = pair.split_once('=') {
                let (key, value) = (key.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
                if CarrierFormat::HttpHeaders.accepts_name(key) {
                    expected.insert(key.to_owned(), item_text(value, b'+'));
                }
            }
        }
        prop_assert_eq!(sorted(&found), expected);
    }

    #[test]
    fn a_whole_request(
        headers in vec((select(NAMES), prop_oneof![pieces(IDS), select(VALID).prop_map(|value| value.into())]), 0..8),
    ) {
        let w3c_first = Propagator::both().with_extract_order([Format::W3c, Format::Jaeger]);
        for propagator in [Propagator::new(), Propagator::both(), w3c_first, Propagator::as_received()] {
            let found = propagator.extract(&Raw(CarrierFormat::HttpHeaders, &headers));
            bounded(&found)?;
            let mut out = HeaderMap::new();
            propagator.forward(&found, &mut out);
            sendable(&out, |name| CarrierFormat::HttpHeaders.accepts_name(name))?;
            let again = propagator.extract(&out);
            let trace_id = |found: &Extracted| found.span_context.map(|context| context.trace_id);
            prop_assert_eq!(trace_id(&again), trace_id(&found));
            prop_assert_eq!(again.refused, None);
        }
    }

    #[test]
    fn bytes_of_a_binary_carrier(
        head in vec(any::<u8>(), 33),
        count in prop_oneof![0u32..4, any::<u32>()],
        items in vec((prop_oneof![0u32..4, any::<u32>()], vec(any::<u8>(), 0..4)), 0..6),
        cut in 0usize..80,
    ) {
        let mut bytes = [head, count.to_be_bytes().to_vec()].concat();
        for (length, text) in items {
            bytes.extend([length.to_be_bytes().to_vec(), text].concat());
        }
        bytes.truncate(cut);
        let propagator = Propagator::new();
        let found = propagator.extract_binary(&bytes);
        bounded(&found)?;
        let mut written = Vec::new();
        propagator.inject_binary(found.span_context.as_ref(), found.baggage.iter(), &mut written);
        prop_assert_eq!(propagator.extract_binary(&written).baggage, found.baggage);
    }

    #[test]
    fn what_is_injected_is_sendable_and_comes_back(items in items(), trace in 1u128.., span in 1u64.., flags: u8) {
        let propagator = Propagator::both();
        let context = SpanContext::new(trace.into(), span.into(), Flags::from_bits(flags));
        let pairs = || items.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let (mut http, mut grpc) = (HeaderMap::new(), HeaderMap::new());
        http.insert(HeaderName::from_static("traceparent"), HeaderValue::from_static("stale"));
        propagator.inject(Some(&context), pairs(), &mut http);
        propagator.inject(Some(&context), pairs(), &mut GrpcHeaders(&mut grpc));
        sendable(&http, |name| CarrierFormat::HttpHeaders.accepts_name(name))?;
        sendable(&grpc, |name| CarrierFormat::GrpcMetadata.accepts_name(name))?;
        for headers in [http, grpc] {
            let found = propagator.extract(&headers);
            prop_assert_eq!(found.span_context, Some(context.with_parent_id(SpanId::default())));
            for (key, value) in pairs().filter(|(key, _)| CarrierFormat::GrpcMetadata.accepts_name(key)) {
                prop_assert_eq!(found.baggage.get(key), Some(value), "{}", key);
            }
        }
    }
}
