//! What the frontend answers, for better and for worse.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::Value;
use support::{FREE_PORTS, Rides, get};

#[track_caller]
fn refused(url: &str, status: u16, error: &str) {
    let (found, body) = get(url);
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((found, answer["error"].as_str()), (status, Some(error)), "{url}: {body}");
    assert!(answer["trace_url"].as_str().unwrap().contains("/trace/"), "{body}");
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
    refused(&format!("{page}dispatch?customer=1"), 404, "there is no customer 1");
    let wanted = "expected /dispatch?customer=NUMBER, found ";
    refused(&format!("{page}dispatch"), 400, &format!("{wanted}no customer"));
    refused(&format!("{page}dispatch?customer=x"), 400, &format!("{wanted}\"x\""));
}

#[test]
fn the_page_has_all_customers_and_works_offline() {
    let demo = Rides::start(&FREE_PORTS);
    let (status, page) = get(&demo.line_after("page"));
    assert_eq!(status, 200);
    for customer in ["123", "392", "567", "731"] {
        assert!(page.contains(&format!("data-customer=\"{customer}\"")), "{customer}");
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
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
