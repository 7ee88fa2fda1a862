//! The story of the README, as traces tell it: each knob takes its problem away, and leaves the others.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use support::{FREE_PORTS, Rides, get, trace};

/// Of this seed the first customer has ten drivers, and with its errors a trace of 61 spans.
const SEED: &str = "--seed=7";
const SPANS: usize = 61;
const DRIVERS: usize = 10;
const TIMEOUTS: usize = 2;

/// Two clocks agree as well as that; the shortest call takes thirty times as long.
const TOLERANCE_MICROS: u64 = 1_000;

/// How many spans of an operation were under way at the same time, at the most.
fn at_the_same_time(trace: &Value, operation: &str) -> usize {
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    let spans = spans.iter().filter(|span| span["operationName"] == operation);
    let times: Vec<_> = spans
        .map(|span| {
            let start = span["startTime"].as_u64().unwrap();
            (start, start + span["duration"].as_u64().unwrap() - TOLERANCE_MICROS)
        })
        .collect();
    let under_way = |at: u64| times.iter().filter(|(start, end)| *start <= at && at < *end).count();
    times.iter().map(|(start, _)| under_way(*start)).max().unwrap_or_default()
}

/// The trace of a click, after a knob has been turned.
fn click(page: &str, query: &str, knob: &str, spans: usize) -> Value {
    ureq::put(format!("{page}knobs?{knob}")).send_empty().unwrap();
    let answer: Value = serde_json::from_str(&get(&format!("{page}dispatch?customer=123")).1).unwrap();
    trace(query, answer["trace_id"].as_str().unwrap(), spans)
}

#[test]
fn each_knob_takes_its_problem_away() {
    let demo = Rides::start(&[&[SEED, "--db-delay=1"], &FREE_PORTS[..]].concat());
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    let together = |trace: &Value| ["GetDriver", "FindRoute"].map(|name| at_the_same_time(trace, name));

    let slow = click(&page, &query, "", SPANS);
    assert_eq!(together(&slow), [1, 3], "one driver after the other, three routes at a time");

    // All begin before the first has ended; those that time out are asked for again.
    let parallel = click(&page, &query, "sequential-drivers=off", SPANS);
    let [drivers, routes] = together(&parallel);
    assert!((DRIVERS..=DRIVERS + TIMEOUTS).contains(&drivers) && routes == 3, "{drivers} {routes}");

    let wide = click(&page, &query, "route-workers=100", SPANS);
    assert_eq!(together(&wide)[1], DRIVERS);

    // Two time-outs and three refusals, each of these two spans, are gone.
    let good = click(&page, &query, "error-rate=0", SPANS - 8);
    assert_eq!(together(&good), [DRIVERS, DRIVERS]);

    let again = click(&page, &query, "sequential-drivers=on&route-workers=1&error-rate=20", SPANS);
    assert_eq!(together(&again), [1, 1]);
}
