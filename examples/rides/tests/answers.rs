//! What the frontend answers, for better and for worse.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use support::{FREE_PORTS, Rides, get, trace, wait_until};

#[track_caller]
fn refused(url: &str, status: u16, error: &str) {
    let (found, body) = get(url);
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((found, answer["error"].as_str()), (status, Some(error)), "{url}: {body}");
    assert!(answer["trace_url"].as_str().unwrap().contains("/trace/"), "{body}");
}

/// What the page's link `by driver` searches for: it is in a log of the dispatch.
#[track_caller]
fn found_by_driver(query: &str, driver: &str, trace_id: &str) {
    let tags = format!("%7B%22driver%22:%22{driver}%22%7D");
    wait_until("the trace by its driver", || {
        let (_, found) = get(&format!("{query}api/traces?service=frontend&lookback=1h&limit=20&tags={tags}"));
        found.contains(trace_id)
    });
}

#[test]
fn the_demo_answers_with_a_driver_or_with_the_reason() {
    let demo = Rides::start(&FREE_PORTS);
    let page = demo.line_after("page");
    let (query, _) = (demo.line_after("traces"), demo.line_after("Ctrl-C stops the demo."));

    for customer in [123, 392, 567, 731] {
        let (status, body) = get(&format!("{page}dispatch?customer={customer}"));
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200, "{body}");
        assert!(answer["driver"].as_str().unwrap().starts_with("T7"), "{body}");
        assert!(answer["eta_minutes"].as_u64().unwrap() >= 2, "{body}");
        let trace = format!("{query}trace/{}", answer["trace_id"].as_str().unwrap());
        assert_eq!(answer["trace_url"].as_str(), Some(trace.as_str()));
    }
    let (status, body) = get(&format!("{page}dispatch?customer=123"));
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200, "{body}");
    found_by_driver(&query, answer["driver"].as_str().unwrap(), answer["trace_id"].as_str().unwrap());

    refused(&format!("{page}dispatch?customer=1"), 404, "there is no customer 1");
    let wanted = "expected /dispatch?customer=NUMBER, found ";
    refused(&format!("{page}dispatch"), 400, &format!("{wanted}no customer"));
    refused(&format!("{page}dispatch?customer=x"), 400, &format!("{wanted}\"x\""));
}

#[test]
fn the_page_has_all_customers_and_works_offline() {
    let demo = Rides::start(&FREE_PORTS);
    let page = demo.line_after("page");
    let mut answer = ureq::get(&page).call().unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
    let html = answer.body_mut().read_to_string().unwrap();
    for customer in ["123", "392", "567", "731"] {
        assert!(html.contains(&format!("data-customer=\"{customer}\"")), "{customer}");
    }
    for file in ["", "page.css", "page.js"] {
        let (status, text) = get(&format!("{page}{file}"));
        assert_eq!(status, 200, "{file}");
        assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    }
    // The policy would refuse both, without a word to who clicks.
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "{html}");
}

/// The value of a tag in each span that has it.
fn tags<'t>(trace: &'t Value, key: &str) -> Vec<&'t Value> {
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    let tags = spans.iter().flat_map(|span| span["tags"].as_array().unwrap());
    tags.filter(|tag| tag["key"] == key).map(|tag| &tag["value"]).collect()
}

/// How many logs with this event the spans of an operation have.
fn logs(trace: &Value, operation: &str, event: &str) -> usize {
    let spans = trace["data"][0]["spans"].as_array().unwrap();
    let logs = spans.iter().filter(|span| span["operationName"] == operation);
    let logs = logs.flat_map(|span| span["logs"].as_array().unwrap());
    let is_event = |field: &Value| field["key"] == "event" && field["value"] == event;
    logs.filter(|log| log["fields"].as_array().unwrap().iter().any(is_event)).count()
}

fn knobs(page: &str) -> Value {
    serde_json::from_str(&get(&format!("{page}knobs")).1).unwrap()
}

/// The trace of a dispatch, when it has that many spans.
#[track_caller]
fn dispatched(page: &str, query: &str, spans: usize) -> Value {
    let (_, body) = get(&format!("{page}dispatch?customer=123"));
    let answer: Value = serde_json::from_str(&body).unwrap();
    let trace_id = answer["trace_id"].as_str().unwrap();
    trace(query, trace_id, spans)
}

#[test]
fn a_knob_is_turned_while_the_demo_runs() {
    let demo = Rides::start(&[&["--seed=7", "--db-delay=1"], &FREE_PORTS[..]].concat());
    let (page, query) = (demo.line_after("page"), demo.line_after("traces"));
    assert_eq!(knobs(&page)["db-delay"], 1);
    assert_eq!(knobs(&page)["error-rate"], 20);
    let before = dispatched(&page, &query, 61);
    assert_eq!(tags(&before, "knob.error-rate"), ["20"]);
    assert_eq!(tags(&before, "error").len(), 8, "{before}");
    assert_eq!(logs(&before, "GetDriver", "redis timeout"), 2, "{before}");
    let service = "driver.DriverService/FindNearest";
    assert_eq!(logs(&before, service, "Retrying GetDriver after error"), 2, "{before}");
    assert_eq!(logs(&before, "FindRoute", "Retrying"), 3, "{before}");

    let mut answer = ureq::put(format!("{page}knobs?error-rate=0&db-lock=off")).send_empty().unwrap();
    let turned: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(turned, knobs(&page));
    // Of the same request without its failures; nothing was started anew.
    let after = dispatched(&page, &query, 53);
    assert_eq!(
        (tags(&after, "knob.error-rate"), tags(&after, "knob.db-lock")),
        (vec![&"0".into()], vec![&"off".into()])
    );
    assert!(tags(&after, "error").is_empty(), "{after}");

    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut refused = agent.put(format!("{page}knobs?db-lock=on&db-delay=x")).send_empty().unwrap();
    let reason = "db-delay: expected a number from 0 to 2000, found \"x\"";
    assert_eq!(
        (refused.status().as_u16(), refused.body_mut().read_to_string().unwrap().as_str()),
        (400, reason)
    );
    assert_eq!(knobs(&page)["db-lock"], false, "all of it is refused");
}

#[test]
fn a_service_that_is_away_is_named() {
    let nobody = "127.0.0.1:1";
    let peers = ["customer", "driver", "route", "pricing", "notify"].map(|peer| format!("--{peer}={nobody}"));
    let peers = peers.each_ref().map(String::as_str);
    let jaeger = ["--to", "http://127.0.0.1:1/api/traces", "--query", "http://127.0.0.1:1"];
    let frontend = Rides::start(&[&["frontend"], &peers[..], &jaeger].concat());
    let address = frontend.line_after("listening");
    let (status, body) = get(&format!("http://{address}/dispatch?customer=123"));
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("\"error\":\"customer is away: Connection refused"), "{body}");
}
