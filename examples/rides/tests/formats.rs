//! Which trace headers a service reads.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{FREE_PORTS, Rides, get, trace};

const BY_JAEGER: &str = "11111111111111111111111111111111";
const BY_W3C: &str = "22222222222222222222222222222222";

fn ask(url: &str, header: &str, value: &str) {
    // A refusal is a span, too.
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    agent.get(url).header(header, value).call().unwrap();
}

#[test]
fn pricing_speaks_w3cs_only_and_route_jaegers_only() {
    let demo = Rides::start(&[&["--verbose"], &FREE_PORTS[..]].concat());
    let address = |name| demo.line_after(name).rsplit_once(' ').unwrap().1.to_owned();
    let [route, pricing] = ["route", "pricing"].map(address);
    let query = demo.line_after("traces");
    let jaegers = |id| format!("{id}:0000000000000001:0:1");
    let w3cs = |id| format!("00-{id}-0000000000000001-01");
    for (url, understood, other) in [
        (format!("http://{pricing}/price?minutes=1"), BY_W3C, BY_JAEGER),
        (format!("http://{route}/route?from=1,1&to=2,2"), BY_JAEGER, BY_W3C),
    ] {
        // A service's spans come in the order in which they end: with the second one, the first one is there, in a trace of its own.
        let headers = [("uber-trace-id", jaegers(BY_JAEGER)), ("traceparent", w3cs(BY_W3C))];
        let (last, first): (Vec<_>, Vec<_>) =
            headers.into_iter().partition(|(_, value)| value.contains(understood));
        for (header, value) in first.iter().chain(&last) {
            ask(&url, header, value);
        }
        trace(&query, understood, 1);
        let spans = get(&format!("{query}api/traces/{other}")).1;
        let service = if understood == BY_W3C { "pricing" } else { "route" };
        assert!(!spans.contains(&format!("\"serviceName\":\"{service}\"")), "{spans}");
    }
}
