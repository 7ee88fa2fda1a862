//! Each reason why no trace would appear is named, by `--check` and at the start.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    thread,
    time::{Duration, SystemTime},
};

use support::{Rides, run, run_with};

/// The head and the body of an answer to a request that starts like `GET /api/services`.
type Answer = fn(&str) -> String;

/// A server that says what it is told to, and nothing else; for as long as the test runs.
fn server(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(stream, answer)));
    address.to_string()
}

fn serve(stream: TcpStream, answer: Answer) {
    let mut stream = BufReader::new(stream);
    let head: Vec<_> =
        stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let length =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    if let (Some(line), Ok(())) = (head.first(), stream.read_exact(&mut body)) {
        // A client that has gone is not missed.
        let _ = stream.get_mut().write_all(answer(line).as_bytes());
    }
}

fn http(status: &str, content_type: &str, date: Option<SystemTime>, body: &str) -> String {
    let date = date.map(|date| format!("date: {}\r\n", httpdate::fmt_http_date(date))).unwrap_or_default();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n{date}connection: close\r\n\r\n{body}"
    )
}

/// A collector that takes everything and keeps nothing.
fn collector(request: &str) -> String {
    if request.starts_with("POST ") {
        http("202 Accepted", "text/plain", None, "")
    } else {
        http("405 Method Not Allowed", "text/plain", None, "405 method not allowed")
    }
}

/// A query API with no trace in it.
fn empty_query_api(request: &str) -> String {
    if request.starts_with("GET /api/services") {
        http("200 OK", "application/json", None, r#"{"data":[],"errors":null}"#)
    } else if request.starts_with("GET ") {
        let errors = r#"{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}"#;
        http("404 Not Found", "application/json", None, errors)
    } else {
        http("405 Method Not Allowed", "text/html", None, "<!doctype html>")
    }
}

/// One that has every trace that it is asked for, and a clock two hours behind ours.
fn query_api_two_hours_ago(_: &str) -> String {
    let date = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    let span = r#"{"traceID":"1","spanID":"1","operationName":"self-check","references":[],"startTime":1,"duration":1,"tags":[],"logs":[],"processID":"p1"}"#;
    let trace = format!(
        r#"{{"traceID":"1","spans":[{span}],"processes":{{"p1":{{"serviceName":"rides","tags":[]}}}}}}"#
    );
    http("200 OK", "application/json", Some(date), &format!(r#"{{"data":[{trace}],"errors":null}}"#))
}

fn web_page(_: &str) -> String {
    http("200 OK", "text/html", None, "<!doctype html><title>Something else</title>")
}

/// Taken and let go, so that nobody listens there.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[track_caller]
fn found(arguments: &[&str], variables: &[(&str, &str)], parts: &[&str]) {
    let output = run_with(&[&["--check", "--deadline", "1"], arguments].concat(), variables);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["rides: no trace would appear: "].iter().chain(parts) {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

/// By HTTP, to and from these `HOST:PORT`.
#[track_caller]
fn found_by_http(to: &str, from: &str, parts: &[&str]) {
    let (to, from) = (format!("http://{to}/api/traces"), format!("http://{from}"));
    found(&["--collector", &to, "--query", &from], &[], parts);
}

#[test]
fn all_is_well_by_every_exporter() {
    for exporter in ["http", "udp", "udp-binary", "otlp", "opentelemetry-jaeger"] {
        let output = run(&["--check", "--exporter", exporter]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{exporter}: {err}");
        assert!(out.starts_with(&format!("check   a span sent by {exporter} to ")), "{out}");
        assert_eq!(err, "", "{exporter}");
    }
}

#[test]
fn a_collector_that_is_away() {
    let to = nobody();
    let address =
        format!("the collector at http://{to}/api/traces did not take a span by --exporter http: POST ");
    let hint = "connection refused. Is it running, such as by `cargo run -p jaeger-backend`? \
                By default the collector is at http://127.0.0.1:14268/api/traces; in Docker";
    found_by_http(&to, &server(empty_query_api), &[&address, hint]);
}

#[test]
fn a_query_api_that_is_away() {
    let from = nobody();
    let address = format!("the query API at http://{from} is away: Connection refused");
    found_by_http(&server(collector), &from, &[&address, "16686 by default"]);
}

#[test]
fn ports_that_are_swapped() {
    let (query, collector) = (server(empty_query_api), server(collector));
    let swapped = "A query API answers there: are the ports swapped? By default the collector is at http://127.0.0.1:14268";
    found_by_http(&query, &query, &["405", swapped]);
    let not_query = format!(
        "what answers at http://{collector} is not Jaeger's query API: 405 Method Not Allowed, text/plain: \
         \"405 method not allowed\""
    );
    found_by_http(&collector, &collector, &[&not_query]);
}

#[test]
fn something_else_at_the_port() {
    let page = server(web_page);
    let not_query = "is not Jaeger's query API: 200 OK, text/html: \"<!doctype html>";
    found_by_http(&server(collector), &page, &[not_query]);
}

#[test]
fn a_collector_of_another_jaeger() {
    let reason = "took a span, and http://";
    found_by_http(
        &server(collector),
        &server(empty_query_api),
        &[reason, "do they belong to the same Jaeger"],
    );
}

#[test]
fn an_agent_of_whom_nobody_can_tell() {
    // It is there, and does nothing with what comes.
    let agent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (to, query) =
        (agent.local_addr().unwrap().to_string(), format!("http://{}", server(empty_query_api)));
    let sent = format!("a span was sent to the agent at {to}, and {query} does not have it. Nobody can tell");
    let hint = "what --exporter udp sends, at 127.0.0.1:6831 by default";
    found(&["--exporter", "udp", "--agent", &to, "--query", &query], &[], &[&sent, hint]);
}

#[test]
fn a_sampler_that_drops() {
    let variables = [("JAEGER_SAMPLER_TYPE", "const"), ("JAEGER_SAMPLER_PARAM", "0")];
    let reason = "the sampler drops traces, as the environment says (JAEGER_SAMPLER_TYPE=const JAEGER_SAMPLER_PARAM=0)";
    found(&[], &variables, &[reason]);
    found(&[], &[("JAEGER_DISABLED", "true")], &["JAEGER_DISABLED is set"]);
    found(&[], &[("JAEGER_SAMPLER_TYPE", "never")], &["no tracer can be made: ", "JAEGER_SAMPLER_TYPE"]);
}

#[test]
fn what_hides_traces_only_from_a_search_is_a_warning() {
    let (to, query) = (server(collector), server(query_api_two_hours_ago));
    let (to, query) = (format!("http://{to}/api/traces"), format!("http://{query}"));
    let output = run(&["--check", "--collector", &to, "--query", &query]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let clock = format!(
        "this machine's clock is 2 hours ahead of that of the Jaeger at {query}: traces are stored, but"
    );
    assert!(said.contains(&clock), "{said}");

    let variables = [("JAEGER_SAMPLER_TYPE", "probabilistic"), ("JAEGER_SAMPLER_PARAM", "1")];
    let output = run_with(&["--check"], &variables);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("not every trace may be there"), "{said}");
}

#[test]
fn whoever_stays_up_is_told_and_whoever_does_not_fails() {
    let said = String::from_utf8(run_with(&["--load", "1"], &[("JAEGER_DISABLED", "true")]).stderr).unwrap();
    assert!(said.contains("rides: no trace would appear: tracing is disabled"), "{said}");

    let (to, query) =
        (format!("http://{}/api/traces", nobody()), format!("http://{}", server(empty_query_api)));
    let demo = Rides::start(&["--port=0", "--collector", &to, "--query", &query]);
    // Its start went on behind the finding.
    demo.line_after("page");
}
