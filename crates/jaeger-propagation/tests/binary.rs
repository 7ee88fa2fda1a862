//! Jaeger's Binary carrier, against bytes that jaeger-client-go 2.30.0 wrote.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use jaeger_propagation::{BaggageDrop, BaggageLimits, Flags, Format, MalformedPart, Propagator, SpanContext};

/// The header of a context, its baggage, and the bytes.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// `tracer.Inject(context, opentracing.Binary, &buffer)`, in hexadecimal.
const GOLDEN: [Case; 4] = [
    (
        "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:1c8:3",
        &[],
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b700000000000001c80300000000",
    ),
    (
        "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:1c8:3",
        &[("Customer", "Rachel's ☃ 100%")],
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b700000000000001c8030000000100000008437573746f6d6572\
         0000001152616368656c277320e298832031303025",
    ),
    (
        "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:1c8:1",
        &[("empty", "")],
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b700000000000001c8010000000100000005656d707479\
         00000000",
    ),
    ("7b:1c8:0:0", &[], "0000000000000000000000000000007b00000000000001c800000000000000000000000000"),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.bytes().map(|digit| char::from(digit).to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn go_s_bytes_are_read_and_written() {
    for (header, items, hex) in GOLDEN {
        let context = SpanContext::from_header(header).unwrap().unwrap();
        let propagator = Propagator::new();
        let found = propagator.extract_binary(&bytes(hex));
        assert_eq!((found.span_context, found.format), (Some(context), Some(Format::Jaeger)));
        assert_eq!(found.baggage.iter().collect::<Vec<_>>(), items);
        let mut written = Vec::new();
        propagator.inject_binary(Some(&context), items.iter().copied(), &mut written);
        assert_eq!(written, bytes(hex));
        assert_eq!(propagator.counters().extracted(Format::Jaeger), 1);
        assert_eq!(propagator.counters().injected(Format::Jaeger), 1);
    }
}

#[test]
fn bytes_that_end_too_early_are_refused_wherever_that_is() {
    let whole = bytes(GOLDEN[1].2);
    for end in 1..whole.len() {
        let propagator = Propagator::new();
        let refused = propagator.extract_binary(&whole[..end]).refused.unwrap();
        assert_eq!(
            refused.to_string(),
            "malformed structure in the jaeger trace header: expected more bytes in a binary carrier"
        );
        assert_eq!(propagator.counters().malformed(Format::Jaeger, MalformedPart::Structure), 1);
    }
    assert_eq!(Propagator::new().extract_binary(&[]), Default::default());
    let with_more = [whole, vec![1, 2, 3]].concat();
    assert!(Propagator::new().extract_binary(&with_more).refused.is_none(), "the carrier may be a stream");
}

#[test]
fn lengths_that_lie_are_refused() {
    let head = &bytes(GOLDEN[0].2)[..33];
    for lie in [[0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0]] {
        assert!(Propagator::new().extract_binary(&[head, &lie].concat()).refused.is_some(), "count {lie:?}");
        let key = [head, &[0, 0, 0, 1], &lie].concat();
        assert!(Propagator::new().extract_binary(&key).refused.is_some(), "key length {lie:?}");
    }
}

#[test]
fn baggage_without_a_trace_travels() {
    let propagator = Propagator::new();
    let mut written = Vec::new();
    propagator.inject_binary(None, [], &mut written);
    assert!(written.is_empty());
    propagator.inject_binary(None, [("k", "v")], &mut written);
    let found = propagator.extract_binary(&written);
    assert_eq!((found.span_context, found.baggage.get("k")), (None, Some("v")));
}

#[test]
fn what_go_would_refuse_the_whole_for_is_not_written() {
    let propagator = Propagator::new();
    let context = SpanContext::new(1.into(), 2.into(), Flags::SAMPLED);
    let (fits, long) = ("v".repeat(4095), "v".repeat(4096));
    let mut written = Vec::new();
    propagator.inject_binary(Some(&context), [("a", fits.as_str()), ("b", long.as_str())], &mut written);
    assert_eq!(propagator.extract_binary(&written).baggage.len(), 1);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyBytes), 1);

    let keys: Vec<_> = (0..200).map(|index| format!("k{index}")).collect();
    written.clear();
    propagator.inject_binary(Some(&context), keys.iter().map(|key| (key.as_str(), "")), &mut written);
    assert_eq!(propagator.extract_binary(&written).baggage.len(), 180);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyItems), 20);
}

#[test]
fn inbound_limits_and_text_that_is_none() {
    let mut limits = BaggageLimits::default();
    limits.items = 1;
    let propagator = Propagator::new().with_baggage_limits(limits);
    let context = SpanContext::new(1.into(), 2.into(), Flags::SAMPLED);
    let mut written = Vec::new();
    propagator.inject_binary(Some(&context), [("a", "1"), ("b", "2")], &mut written);
    assert_eq!(propagator.extract_binary(&written).baggage.len(), 1);
    *written.last_mut().unwrap() = 0xff;
    propagator.extract_binary(&written);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyItems), 1);
    assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::NotText), 1);
}
