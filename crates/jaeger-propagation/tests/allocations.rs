//! What extraction allocates: nothing for a span context, and nothing for what is not kept, however large it is.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::hint::black_box;

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::Propagator;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

/// How many allocations, and of how many bytes in all, reading the headers costs.
fn allocated(propagator: &Propagator, pairs: &[(&str, &str)]) -> (u64, u64) {
    let headers = headers(pairs);
    let counted = allocation_counter::measure(|| drop(black_box(propagator.extract(&headers))));
    (counted.count_total, counted.bytes_total)
}

#[test]
fn a_span_context_alone_costs_no_allocation_in_any_format() {
    let propagator = Propagator::as_received();
    for (name, value) in [
        ("accept", "*/*"),
        ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1"),
        ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736%3A00f067aa0ba902b7%3A0%3A1"),
        ("uber-trace-id", "junk"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"),
    ] {
        assert_eq!(allocated(&propagator, &[(name, value)]), (0, 0), "{name}: {value}");
    }
    let b3 = [("x-b3-traceid", "7b"), ("x-b3-spanid", "1c8"), ("x-b3-sampled", "1")];
    assert_eq!(allocated(&propagator, &b3), (0, 0));
    let beside = [("uber-trace-id", "7b:1c8:0:1"), ("jaeger-debug-id", "not%20wanted")];
    assert_eq!(allocated(&propagator, &beside), (0, 0), "a debug id beside a trace is not decoded");
}

#[test]
fn what_is_not_kept_costs_no_allocation() {
    let megabyte = |piece: &str| piece.repeat(1_000_000 / piece.len());
    let propagator = Propagator::as_received();
    for (name, value) in [
        ("uber-trace-id", megabyte("1")),
        ("uber-trace-id", megabyte("%3A")),
        ("uber-trace-id", megabyte(":")),
        ("uberctx-k", megabyte("v")),
        ("uberctx-k", megabyte("%41")),
        ("uberctx-k", megabyte("+")),
        ("uberctx-", megabyte("%41")),
        ("jaeger-baggage", megabyte("%41")),
        ("jaeger-baggage", format!("k={}", megabyte("%2B"))),
        ("jaeger-baggage", megabyte(",")),
        ("jaeger-baggage", megabyte("a,")),
        ("jaeger-baggage", megabyte("%3D")),
        ("traceparent", megabyte("0")),
        ("tracestate", megabyte("a=1,")),
        ("baggage", format!("k={}", megabyte("%41"))),
        ("baggage", format!("k=v;{}", megabyte("p"))),
        ("baggage", megabyte(",=")),
        ("b3", megabyte("1-")),
        ("x-b3-traceid", megabyte("1")),
    ] {
        assert_eq!(allocated(&propagator, &[(name, &value)]), (0, 0), "{name}: {}…", &value[..10]);
    }
}

#[test]
fn a_flood_of_items_costs_what_is_kept() {
    let many: Vec<_> = (0..20_000).map(|index| format!("Key-{index}=value-{index}")).collect();
    for (name, separator) in [("jaeger-baggage", ","), ("baggage", ","), ("jaeger-baggage", "%2C")] {
        let value = many.join(separator);
        let (count, bytes) = allocated(&Propagator::both(), &[(name, &value)]);
        assert!(count <= 2 * 180 + 10 && bytes <= 64 * 1024, "{name}: {count} allocations of {bytes} bytes");
    }
}
