//! OTLP by HTTP: what a receiver is sent, and what is said when there is none.
#![cfg(feature = "otlp")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use jaeger_client::Config;
use opentelemetry::trace::{Tracer, TracerProvider};

const PATIENCE: Duration = Duration::from_secs(20);
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Answers as many requests as there are answers, and returns their heads and bodies.
fn receive(listener: &TcpListener, answers: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut connection: Option<BufReader<TcpStream>> = None;
    let mut requests = Vec::new();
    for answer in answers {
        let stream = connection.get_or_insert_with(|| BufReader::new(listener.accept().unwrap().0));
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
            let line = head.split_at(start).1.to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        requests.push((head, body));
    }
    requests
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_receiver_gets_protobuf_with_jaegers_process_and_the_collectors_headers() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let receiver = thread::spawn(move || receive(&listener, &[OK]));
    let config = Config::new("shop").with_logger(|_| {}).with_otlp_endpoint(&url).with_tag("zone", "eu-1");
    let config = config.with_bearer_token("t0.k_en").with_collector_header("x-tenant", "blue");
    let (provider, closer) = config.build_sdk().unwrap();
    provider.tracer("test").in_span("checkout", |_| {});
    let report = closer.close(PATIENCE);
    assert_eq!(report.to_string(), format!("1 span sent to {url}"));

    let requests = receiver.join().unwrap();
    let [(head, body)] = requests.as_slice() else { panic!("{requests:?}") };
    let head = head.to_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    for header in ["content-type: application/x-protobuf", "authorization: bearer t0.k_en", "x-tenant: blue"]
    {
        assert!(head.contains(&format!("{header}\r\n")), "{header}: {head}");
    }
    for text in ["checkout", "shop", "zone", "eu-1", "client-uuid", "hostname", "jaeger.version"] {
        assert!(contains(body, text), "{text}");
    }
}

#[test]
fn an_overloaded_receiver_is_asked_again() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/otlp", listener.local_addr().unwrap());
    let overloaded = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
    let receiver = thread::spawn(move || receive(&listener, &[overloaded, OK]));
    let config = Config::new("shop").with_logger(|_| {}).with_otlp_endpoint(&url);
    let (provider, closer) = config.build_sdk().unwrap();
    provider.tracer("test").in_span("checkout", |_| {});
    assert_eq!(closer.close(PATIENCE).to_string(), format!("1 span sent to {url}"));
    let requests = receiver.join().unwrap();
    assert!(requests.iter().all(|(head, _)| head.starts_with("POST /otlp ")), "{requests:?}");
}

/// What the log and the report say of a span that cannot be sent.
fn loss(config: Config) -> (Vec<String>, String) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let config = config.with_logger(move |line| log.lock().unwrap().push(line.to_owned()));
    let (provider, closer) = config.build_sdk().unwrap();
    provider.tracer("test").in_span("checkout", |_| {});
    let report = closer.close(PATIENCE);
    assert_eq!((report.sent, report.lost), (0, 1), "{report}");
    let lines = lines.lock().unwrap().clone();
    (lines, report.to_string())
}

fn nobody() -> String {
    // Taken and let go, so that nobody listens there.
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

#[test]
fn a_receiver_that_is_not_there_is_named() {
    let nobody = nobody();
    let (lines, report) = loss(Config::new("shop").with_otlp_endpoint(format!("http://{nobody}")));
    let reason = format!("POST http://{nobody}/v1/traces failed: connection refused");
    let start = format!(
        "jaeger: service \"shop\" reports every trace to http://{nobody} (sampler const 1, on the OpenTelemetry SDK)"
    );
    assert_eq!(lines, [start, format!("jaeger: spans cannot be sent: {reason}")]);
    assert_eq!(report, format!("1 of 1 span lost: {reason}"));
}

#[cfg(feature = "otlp-grpc")]
#[test]
fn a_grpc_receiver_that_is_not_there_is_named() {
    let url = format!("http://{}", nobody());
    let (lines, report) = loss(Config::new("shop").with_otlp_grpc_endpoint(&url));
    let said = lines.last().unwrap();
    assert!(said.starts_with(&format!("jaeger: spans cannot be sent: {url}: ")), "{said}");
    assert!(said.to_lowercase().contains("connection refused"), "{said}");
    assert!(report.starts_with(&format!("1 of 1 span lost: {url}: ")), "{report}");
}

#[test]
fn what_is_no_url_is_refused() {
    let refused = |config: Config| config.build_sdk().unwrap_err().to_string();
    let error = refused(Config::new("shop").with_otlp_endpoint("localhost:4318"));
    assert_eq!(error, "expected a URL such as http://localhost:4318/v1/traces, found \"localhost:4318\"");
    let error = refused(Config::new("shop").with_otlp_endpoint("http://a").with_collector_header("a b", "c"));
    assert_eq!(error, "expected the name of a header that HTTP can carry, found \"a b\"");
    #[cfg(feature = "otlp-grpc")]
    {
        let error = refused(Config::new("shop").with_otlp_grpc_endpoint("localhost:4317"));
        assert_eq!(error, "expected a URL such as http://localhost:4317, found \"localhost:4317\"");
    }
}
