//! The load generator, and how many spans its requests are.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{collections::BTreeMap, process::Output};

use serde_json::Value;
use support::{FREE_PORTS, Rides, get, run};

/// Of this seed the four customers have 10, 9, 7 and 8 drivers, 2, 3, 2 and no time-outs, and 3, 2, no and 1 refusals.
const SEED: &str = "--seed=7";
const DRIVERS: usize = 34;
const TIMEOUTS: usize = 7;
const REFUSALS: usize = 6;

#[track_caller]
fn has_lines(output: &Output, lines: &[&str]) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    for start in lines {
        assert!(out.lines().any(|line| line.starts_with(start)), "{start}\n{out}\n{err}");
    }
    // No terminal: lines instead of a bar.
    assert!(err.contains("8/8 requests, 0 failed, ") && !err.contains('\r'), "{err}");
}

/// How many spans each service and operation has, in all traces that the frontend has begun.
fn counts(query: &str) -> BTreeMap<String, usize> {
    let (_, body) = get(&format!("{query}api/traces?service=frontend&limit=1000"));
    let found: Value = serde_json::from_str(&body).unwrap();
    let mut counts = BTreeMap::new();
    for trace in found["data"].as_array().unwrap() {
        for span in trace["spans"].as_array().unwrap() {
            let process = &trace["processes"][span["processID"].as_str().unwrap()];
            let (service, operation) = (&process["serviceName"], &span["operationName"]);
            let name = format!("{}: {}", service.as_str().unwrap(), operation.as_str().unwrap());
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

#[test]
fn so_many_requests_of_a_seed_are_exactly_so_many_spans_of_each_operation() {
    let demo = Rides::start(&[&[SEED, "--db-delay=1"], &FREE_PORTS[..]].concat());
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    let output = run(&["load", "--url", &page, "--requests", "8", "--concurrency", "3"]);
    has_lines(&output, &["errors    none", "traces    8 of 8 stored, 8 of 8 as the seed tells"]);

    // Two rounds of the four customers.
    let expected = [
        ("customer: HTTP GET /customer", 4),
        ("driver: HTTP GET", 4),
        ("driver: driver.DriverService/FindNearest", 4),
        ("frontend: FindRoute", DRIVERS),
        ("frontend: HTTP GET", 4 + DRIVERS + REFUSALS + 4),
        ("frontend: HTTP GET /dispatch", 4),
        ("frontend: driver.DriverService/FindNearest", 4),
        ("frontend: send ride-booked", 4),
        ("mysql: SQL SELECT", 4),
        ("notify: process ride-booked", 4),
        ("pricing: HTTP GET /price", 4),
        ("redis: FindDriverIDs", 4),
        ("redis: GetDriver", DRIVERS + TIMEOUTS),
        ("route: HTTP GET", 4 + DRIVERS + REFUSALS),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(name, count)| (name.to_owned(), 2 * count)).collect();
    assert_eq!(counts(&query), expected);
}

#[test]
fn a_load_for_a_demo_of_its_own_ends_with_it() {
    let output = run(&["--load", "8", "--concurrency", "8", SEED, "--db-lock", "off", "--db-delay", "1"]);
    let lines = ["requests  8 in ", "errors    none", "latency   p50 ", "spans     414 stored, 0 lost"];
    has_lines(&output, &lines);
}

#[test]
fn what_failed_is_counted_by_status_and_has_its_traces() {
    let output = run(&["--load", "8", "--error-rate", "100", "--db-delay", "1"]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(
        out.contains("errors    8 × 502, the first: driver failed: redis did not answer GetDriver "),
        "{out}"
    );
    assert!(out.contains("traces    8 of 8 stored, 8 of 8 as the seed tells"), "{out}");
    assert!(err.contains("rides: 8 requests failed, 0 traces and 0 spans are not stored"), "{err}");
}

#[test]
fn a_frontend_that_is_not_there_is_named() {
    let output = run(&["load", "--url", "http://127.0.0.1:1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("rides: the frontend at http://127.0.0.1:1 is away: Connection refused"), "{said}");
}
