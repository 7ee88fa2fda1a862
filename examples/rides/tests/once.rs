//! `--once`: one dispatch through six processes and eight services, and its trace.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::net::TcpListener;

use support::run;

#[track_caller]
fn trace(arguments: &[&str]) -> String {
    let output = run(arguments);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}\n{out}\n{err}", output.status);
    out
}

/// The lines without what differs from run to run: durations, the trace's id and the order of parallel calls.
fn shape(trace: &str) -> Vec<&str> {
    let spans = trace.lines().take_while(|line| !line.is_empty());
    let mut lines: Vec<_> = spans.map(|line| line.split("  ").next().unwrap()).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_trace_of_a_dispatch_is_printed() {
    let printed = trace(&["--once", "--seed", "7"]);
    let baggage = "customer=\"Rachel's Floral Designs\" session=\"once\"";
    for (count, start, end) in [
        (1, "frontend: HTTP GET /dispatch", " ms"),
        (1, "│  └─ customer: HTTP GET /customer", "session=\"once\""),
        // A tracer of its own in the customer service's process, and so is redis in the driver service's.
        (1, "│     └─ mysql: SQL SELECT", "request=\"once-1\""),
        (1, "├─ frontend: driver.DriverService/FindNearest", " ms"),
        (1, "│  └─ driver: driver.DriverService/FindNearest", baggage),
        (1, "│     ├─ redis: FindDriverIDs", " ms"),
        (10, "│     ├─ redis: GetDriver", " ms"),
        (2, "│     ├─ redis: GetDriver", "  error"),
        (1, "│     └─ driver: HTTP GET", " ms"),
        // Three hops from where the baggage was set.
        (1, "│        └─ route: HTTP GET", baggage),
        (3, "│  ├─ frontend: HTTP GET", "  error"),
        (3, "│  │  └─ route: HTTP GET", &format!("  error  {baggage}")),
        // By W3C's headers.
        (1, "│  └─ pricing: HTTP GET /price", baggage),
        (1, "└─ frontend: send ride-booked", " ms"),
        // By Jaeger's binary carrier.
        (1, "   └─ notify: process ride-booked", &format!("  follows  {baggage}")),
        (1, "61 spans  http://127.0.0.1:", " (gone now; without --once the demo stays up)"),
    ] {
        let found = printed.lines().filter(|line| line.starts_with(start) && line.ends_with(end)).count();
        assert_eq!(found, count, "{start} … {end}\n{printed}");
    }
}

#[test]
fn a_seed_has_one_trace() {
    let [one, again, other] = ["3", "3", "4"].map(|seed| trace(&["--once", "--seed", seed]));
    assert_eq!(shape(&one), shape(&again));
    assert_ne!(shape(&one), shape(&other), "seeds 3 and 4 have different numbers of drivers");
}

#[test]
fn a_knob_changes_the_trace_as_expected() {
    // Seed 7 has two time-outs and three refusals, two spans and six less without.
    assert!(trace(&["--once", "--seed", "7", "--error-rate", "0"]).contains("\n53 spans  http://"));
    // What fails is compared, too.
    for drivers in ["on", "off"] {
        let output = run(&["--once", "--error-rate", "100", "--sequential-drivers", drivers]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let reason =
            "rides: the dispatch failed, as its trace shows: driver failed: redis did not answer GetDriver ";
        assert!(said.contains(reason), "{said}");
    }
}

#[test]
fn every_exporter_brings_the_same_trace() {
    let expected = trace(&["--once"]);
    for exporter in ["udp", "udp-binary", "otlp", "opentelemetry-jaeger"] {
        assert_eq!(shape(&trace(&["--once", "--exporter", exporter])), shape(&expected), "{exporter}");
    }
}

#[test]
fn a_jaeger_that_is_not_there_is_named() {
    // Taken and let go, so that nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (collector, query) = (format!("http://{nobody}/api/traces"), format!("http://{nobody}"));
    let output = run(&["--once", "--collector", &collector, "--query", &query]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in
        ["rides: no trace would appear: ", &format!("the collector at {collector} did not take a span")]
    {
        assert!(said.contains(part), "{part}\n{said}");
    }
}
