//! Each service is killed while the demo is under load: the others say so, in their answers and in their spans.
#![cfg(target_os = "linux")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use serde_json::Value;
use support::{FREE_PORTS, Rides, SERVICES, get, kill, trace, wait_until};

/// What the operating system and hyper say of a connection whose other end has died, after that or in the middle of a call.
const WAYS_TO_BE_AWAY: [&str; 5] =
    ["onnection refused", "onnection reset", "onnection closed", "roken pipe", "end of file"];

/// A demo with quick queries, where to ask it, and its processes.
fn start(restart_after: &str) -> (Rides, String, String, [u32; 6]) {
    let options = ["--verbose", "--seed=7", "--db-delay=1", restart_after];
    let demo = Rides::start(&[&options, &FREE_PORTS[..]].concat());
    let ids = demo.service_ids();
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    (demo, page, query, ids)
}

/// Status and answer of one dispatch; nothing if the frontend is away.
fn dispatch(page: &str) -> Option<(u16, Value)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut answer = agent.get(format!("{page}dispatch?customer=123")).call().ok()?;
    let body = answer.body_mut().read_to_string().ok()?;
    Some((answer.status().as_u16(), serde_json::from_str(&body).unwrap()))
}

/// Dropped, it ends the load.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does something while others ask for rides, each of whom gets an answer.
fn under_load<T>(page: &str, act: impl FnOnce() -> T) -> T {
    let (is_over, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    let ask = || {
        while !is_over.load(Ordering::Relaxed) {
            let (status, answer) = dispatch(page).unwrap();
            assert!(matches!(status, 200 | 502..=504) && answer["trace_id"].is_string(), "{status} {answer}");
            answers.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        // Also when what follows panics: the scope waits for all of them.
        let over = Over(&is_over);
        let askers = [(); 3].map(|()| scope.spawn(ask));
        wait_until("the load", || answers.load(Ordering::Relaxed) > 3);
        let result = act();
        drop(over);
        // Nothing hangs.
        askers.into_iter().for_each(|asker| asker.join().unwrap());
        result
    })
}

/// The logs of the spans that have failed, as JSON.
fn logs_of_errors(trace: &Value) -> Vec<String> {
    let is_error = |span: &&Value| {
        let mut tags = span["tags"].as_array().unwrap().iter();
        tags.any(|tag| tag["key"] == "error" && tag["value"] == true)
    };
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    spans.iter().filter(is_error).map(|span| format!("{} {}", span["operationName"], span["logs"])).collect()
}

/// Kills the service under load, and returns the first trace of a dispatch that says it is away.
#[track_caller]
fn trace_without(service: &str, operation: &str, least: usize, status: u16) {
    let (_demo, page, query, ids) = start("--restart-after=off");
    let id = SERVICES.iter().position(|name| *name == service).map(|index| ids[index]).unwrap();
    let away = format!("{service} is away: ");
    let answer = under_load(&page, || {
        kill("-KILL", &id.to_string());
        let mut found = None;
        wait_until("an answer of those who are left", || {
            found = dispatch(&page);
            let (_, answer) = found.as_ref().unwrap();
            // A queue that is away fails no ride: its trace says so alone.
            service == "notify" || answer["error"].as_str().is_some_and(|error| error.contains(&away))
        });
        found.unwrap()
    });
    assert_eq!(answer.0, status, "{}", answer.1);
    let trace = trace(&query, answer.1["trace_id"].as_str().unwrap(), least);
    let errors = logs_of_errors(&trace);
    let says_why = |log: &&String| {
        log.starts_with(&format!("\"{operation}\"")) && WAYS_TO_BE_AWAY.iter().any(|way| log.contains(way))
    };
    assert!(errors.iter().any(|log| says_why(&log)), "{errors:#?}");
}

#[test]
fn without_customer() {
    // The dispatch and the call.
    trace_without("customer", "HTTP GET", 2, 503);
}

#[test]
fn without_driver() {
    // And the customer, with its database.
    trace_without("driver", "driver.DriverService/FindNearest", 5, 503);
}

#[test]
fn without_route() {
    // The driver service is the first to ask for a route; it has asked redis for 10 drivers, and twice again.
    trace_without("route", "HTTP GET", 20, 502);
}

#[test]
fn without_pricing() {
    trace_without("pricing", "HTTP GET", 58, 503);
}

#[test]
fn without_notify() {
    trace_without("notify", "send ride-booked", 60, 200);
}

#[test]
fn without_frontend_its_traces_are_still_there() {
    let (demo, page, query, ids) = start("--restart-after=off");
    let (_, answer) = dispatch(&page).unwrap();
    trace(&query, answer["trace_id"].as_str().unwrap(), 61);
    kill("-KILL", &ids[5].to_string());
    wait_until("the frontend's end", || dispatch(&page).is_none());
    trace(&query, answer["trace_id"].as_str().unwrap(), 61);
    drop(demo);
}

#[test]
fn whoever_dies_comes_back_on_its_port() {
    let (demo, page, _, ids) = start("--restart-after=0");
    for (service, id) in SERVICES.iter().zip(ids) {
        kill("-KILL", &id.to_string());
        let line = demo.line_after(service);
        assert!(!line.contains(&format!("pid {id},")), "{line}");
        wait_until("a ride", || dispatch(&page).is_some_and(|(status, _)| status == 200));
    }
    let (status, knobs) = get(&format!("{page}knobs"));
    assert_eq!(status, 200, "{knobs}");
}
