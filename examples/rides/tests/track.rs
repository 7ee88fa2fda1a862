//! A driver is followed by a stream, to its end or until nobody looks any longer: three spans last as long as that.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
};

use serde_json::Value;
use support::{FREE_PORTS, Rides, trace, wait_until};

/// The lines of the answer as they come, and the trace's id from the first one.
fn follow(page: &str) -> (impl Iterator<Item = Value>, String) {
    let answer = ureq::get(format!("{page}track?driver=T7&from=0,0&to=120,60")).call().unwrap();
    let lines = BufReader::new(answer.into_body().into_reader()).lines();
    let mut lines = lines.map_while(Result::ok).map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let first = lines.next().unwrap();
    let trace_id = first["trace_url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    (lines, trace_id)
}

/// Of each span: the tag `outcome`, and the number of logs.
fn spans(trace: &Value) -> BTreeMap<String, (String, usize)> {
    let spans = trace["data"][0]["spans"].as_array().unwrap().iter().map(|span| {
        let service = &trace["data"][0]["processes"][span["processID"].as_str().unwrap()]["serviceName"];
        let name = format!("{} {}", service.as_str().unwrap(), span["operationName"].as_str().unwrap());
        let tags = span["tags"].as_array().unwrap();
        let outcome =
            tags.iter().find(|tag| tag["key"] == "outcome").map(|tag| tag["value"].as_str().unwrap());
        (name, (outcome.unwrap_or("completed").to_owned(), span["logs"].as_array().unwrap().len()))
    });
    spans.collect()
}

const SPANS: [&str; 3] =
    ["driver driver.DriverService/Track", "frontend HTTP GET /track", "frontend driver.DriverService/Track"];

#[test]
fn a_stream_is_one_span_at_each_end_whoever_ends_it() {
    let demo = Rides::start(&FREE_PORTS);
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));

    let (positions, trace_id) = follow(&page);
    let positions: Vec<_> = positions.collect();
    assert_eq!(positions.len(), 12);
    assert_eq!(positions[11], serde_json::json!({ "location": "120,60", "left": 0 }));
    let whole = spans(&trace(&query, &trace_id, 3));
    assert_eq!(whole.keys().collect::<Vec<_>>(), SPANS);
    assert!(whole.values().all(|(outcome, _)| outcome == "completed"), "{whole:?}");
    // A log for each position, at the sender.
    assert_eq!(whole[SPANS[0]].1, 12);

    // Nobody looks any longer after the second position: all three spans end, and say why.
    let (mut positions, trace_id) = follow(&page);
    assert_eq!(positions.nth(1).unwrap()["left"], 10);
    drop(positions);
    let cancelled = spans(&trace(&query, &trace_id, 3));
    assert_eq!(cancelled.keys().collect::<Vec<_>>(), SPANS);
    assert!(cancelled.values().all(|(outcome, _)| outcome == "cancelled-in-body"), "{cancelled:?}");
    assert!((2..12).contains(&cancelled[SPANS[0]].1), "{cancelled:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_breaks_says_so_in_its_last_line_and_in_its_spans() {
    let demo = Rides::start(&[&["--verbose", "--restart-after=off"], &FREE_PORTS[..]].concat());
    let [_, _, driver, ..] = demo.service_ids();
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    let (mut lines, trace_id) = follow(&page);
    assert_eq!(lines.next().unwrap()["left"], 11);
    support::kill("-KILL", &driver.to_string());
    let last = lines.last().unwrap();
    assert!(last["error"].as_str().unwrap().starts_with("driver is away: "), "{last}");
    wait_until("both spans of the frontend with an error", || {
        let trace = trace(&query, &trace_id, 2);
        let found = trace["data"][0]["spans"].as_array().unwrap();
        let has_failed = |span: &&Value| {
            span["tags"].as_array().unwrap().iter().any(|tag| tag["key"] == "error" && tag["value"] == true)
        };
        found.iter().filter(has_failed).count() == 2
    });
}
