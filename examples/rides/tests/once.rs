//! `--once`: one dispatch through four processes, and its trace.
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
        (1, "├─ frontend: HTTP GET ", " ms"),
        (1, "│  └─ customer: HTTP GET /customer", "session=\"once\""),
        (1, "│     └─ customer: SQL SELECT", " ms"),
        (1, "├─ frontend: driver.DriverService/FindNearest", " ms"),
        (1, "│  └─ driver: driver.DriverService/FindNearest", baggage),
        (1, "│     ├─ driver: FindDriverIDs", " ms"),
        (7, "│     ├─ driver: GetDriver", " ms"),
        (1, "│     └─ driver: HTTP GET", " ms"),
        // Three hops from where the baggage was set.
        (1, "│        └─ route: HTTP GET", baggage),
        (1, "│  ├─ frontend: HTTP GET", "  error"),
        (1, "│  │  └─ route: HTTP GET", &format!("  error  {baggage}")),
        (1, "39 spans  http://127.0.0.1:", " (gone now; without --once the demo stays up)"),
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
fn every_exporter_that_the_jaeger_in_memory_receives_brings_the_same_trace() {
    let expected = trace(&["--once"]);
    assert_eq!(shape(&trace(&["--once", "--exporter", "udp"])), shape(&expected));
    assert_eq!(shape(&trace(&["--once", "--exporter", "opentelemetry-jaeger"])), shape(&expected));
}

#[test]
fn what_the_jaeger_in_memory_does_not_receive_is_refused() {
    for (exporter, option) in [("otlp", "--collector"), ("udp-binary", "--agent")] {
        let output = run(&["--once", "--exporter", exporter]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let reason = format!("the Jaeger in memory does not receive what --exporter {exporter} sends");
        assert!(said.contains(&reason) && said.contains(option), "{said}");
    }
}

#[test]
fn a_jaeger_that_is_not_there_is_named() {
    // Taken and let go, so that nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (collector, query) = (format!("http://{nobody}/api/traces"), format!("http://{nobody}"));
    let output = run(&["--once", "--collector", &collector, "--query", &query, "--deadline", "1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["rides: no trace ", " after 1s ", &format!("collector {collector}: is it running?")] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}
