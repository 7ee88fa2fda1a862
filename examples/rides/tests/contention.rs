//! Three requests and one connection of the database.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{collections::BTreeSet, thread};

use serde_json::Value;
use support::{FREE_PORTS, Rides, trace, wait_until};

fn logs_of_query(trace: &Value) -> &Vec<Value> {
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    spans.iter().find(|span| span["operationName"] == "SQL SELECT").unwrap()["logs"].as_array().unwrap()
}

/// What the span of the database says: who was before, if anybody, and how many came behind.
fn lock_logs(trace: &Value) -> (BTreeSet<String>, u64) {
    let field = |log: &Value, key: &str| {
        let fields = log["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["key"] == key);
        field.map(|field| field["value"].as_str().unwrap().to_owned())
    };
    let logs = logs_of_query(trace);
    let blockers = logs.iter().find_map(|log| field(log, "blockers")).unwrap_or_else(|| "[]".to_owned());
    let events: Vec<_> = logs.iter().filter_map(|log| field(log, "event")).collect();
    let behind = events.iter().find_map(|event| event.strip_prefix("Acquired lock; ")).unwrap();
    (serde_json::from_str(&blockers).unwrap(), behind.split(' ').next().unwrap().parse().unwrap())
}

/// The traces of the requests a, b and c, made at once.
fn three_at_once(page: &str, query: &str) -> Vec<Value> {
    let ask = |request: &str| {
        let call = ureq::get(format!("{page}dispatch?customer=123"));
        let mut answer =
            call.header("jaeger-baggage", format!("session=s, request={request}")).call().unwrap();
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        trace(query, answer["trace_id"].as_str().unwrap(), 53)
    };
    thread::scope(|scope| {
        let calls = ["a", "b", "c"].map(|request| scope.spawn(move || ask(request)));
        calls.map(|call| call.join().unwrap()).into()
    })
}

#[test]
fn each_of_three_requests_names_those_before_it() {
    let demo = Rides::start(&[&["--seed=7", "--error-rate=0"], &FREE_PORTS[..]].concat());
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    // On a busy machine they may come one after the other; then they are asked again.
    wait_until("three requests at the same time", || {
        let mut logs: Vec<_> = three_at_once(&page, &query).iter().map(lock_logs).collect();
        logs.sort_by_key(|(before, _)| before.len());
        let [(first, _), (second, _), (third, last)] = logs.as_slice() else { panic!("three calls") };
        // Whoever is third was behind both of the others, and nobody was behind it.
        first.is_empty() && second.len() == 1 && third.len() == 2 && second.is_subset(third) && *last == 0
    });

    ureq::put(format!("{page}knobs?db-lock=off")).send_empty().unwrap();
    for trace in three_at_once(&page, &query) {
        // Only that the query is done.
        assert_eq!(logs_of_query(&trace).len(), 1, "{trace}");
    }
}
