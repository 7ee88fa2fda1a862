//! What the closer says of the spans, against collectors that accept, are not there, or never answer.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use jaeger_client::{Closer, Config};
use opentelemetry::{
    Context,
    trace::{Tracer, TracerProvider},
};

/// Long enough for a loaded machine; nothing waits that long when the test passes.
const PATIENCE: Duration = Duration::from_secs(20);

type Lines = Arc<Mutex<Vec<String>>>;

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let endpoint = format!("http://{}/api/traces", listener.local_addr().unwrap());
    (listener, endpoint)
}

/// A collector that accepts everything on one connection.
fn accepting_collector() -> String {
    let (listener, endpoint) = listener();
    thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 {
                    return;
                }
                match line.to_lowercase().split_once(':') {
                    Some(("content-length", value)) => length = value.trim().parse().unwrap(),
                    None if line == "\r\n" => break,
                    _ => {}
                }
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    endpoint
}

/// A tracer that has finished so many spans.
fn traced(config: Config, spans: usize) -> (Closer, Lines) {
    let lines = Lines::default();
    let config = config.with_logger({
        let lines = Arc::clone(&lines);
        move |line| lines.lock().unwrap().push(line.to_owned())
    });
    let (provider, closer) = config.build().unwrap();
    let tracer = provider.tracer("test");
    for _ in 0..spans {
        drop(tracer.start_with_context("span", &Context::new()));
    }
    (closer, lines)
}

fn to(endpoint: &str) -> Config {
    Config::new("closing").with_collector_endpoint(endpoint)
}

fn lost_to(endpoint: &str) -> String {
    format!(
        "3 of 3 spans lost: POST {endpoint} failed: connection refused. Is a collector listening there, such as \
         Jaeger's all-in-one or jaeger-backend?"
    )
}

#[test]
fn spans_that_were_sent_are_counted() {
    let endpoint = accepting_collector();
    let (closer, lines) = traced(to(&endpoint), 3);
    let report = closer.close(PATIENCE);
    assert_eq!((report.sent, report.lost, &report.last_error), (3, 0, &None));
    assert_eq!(report.to_string(), format!("3 spans sent to {endpoint}"));
    assert_eq!(lines.lock().unwrap().len(), 1, "the start line only");
}

#[test]
fn one_span_is_not_called_spans() {
    let endpoint = accepting_collector();
    let report = traced(to(&endpoint), 1).0.close(PATIENCE);
    assert_eq!(report.to_string(), format!("1 span sent to {endpoint}"));
}

#[test]
fn a_closed_port_loses_the_spans_and_says_so() {
    let endpoint = listener().1;
    let report = traced(to(&endpoint), 3).0.close(PATIENCE);
    assert_eq!((report.sent, report.lost), (0, 3));
    assert_eq!(report.to_string(), lost_to(&endpoint));
}

#[test]
fn a_dropped_closer_logs_what_was_lost() {
    let endpoint = listener().1;
    let (closer, lines) = traced(to(&endpoint), 3);
    drop(closer);
    let lines = lines.lock().unwrap();
    let first = format!("jaeger: spans cannot be sent: POST {endpoint} failed: connection refused");
    assert_eq!(lines[1..], [first, format!("jaeger: {}", lost_to(&endpoint))]);
}

#[test]
fn a_dropped_closer_that_lost_nothing_is_silent() {
    let (closer, lines) = traced(to(&accepting_collector()), 3);
    drop(closer);
    assert_eq!(lines.lock().unwrap().len(), 1, "the start line only");
}

#[test]
fn a_collector_that_never_answers_costs_the_deadline() {
    let (_listener, endpoint) = listener();
    let (closer, _) = traced(to(&endpoint), 3);
    let report = closer.close(Duration::from_millis(50));
    assert_eq!((report.sent, report.lost), (0, 3));
    assert_eq!(report.to_string(), "3 of 3 spans lost: not sent before the deadline");
}

#[test]
fn nothing_to_send_is_no_loss() {
    let endpoint = listener().1;
    let report = traced(to(&endpoint), 0).0.close(PATIENCE);
    assert_eq!(report.to_string(), format!("0 spans sent to {endpoint}"));
}

#[test]
fn spans_to_an_agent_are_counted_too() {
    let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = agent.local_addr().unwrap();
    let report = traced(Config::new("closing").with_agent(address.to_string()), 2).0.close(PATIENCE);
    let expected = format!("2 spans sent to udp://{address}, which does not acknowledge them");
    assert_eq!(report.to_string(), expected);
}

#[test]
fn a_span_too_large_for_a_packet_is_the_only_one_lost() {
    let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let config = Config::new("closing").with_agent(agent.local_addr().unwrap().to_string());
    let (provider, closer) = config.with_logger(|_| {}).build().unwrap();
    let tracer = provider.tracer("test");
    for name in ["small".to_owned(), "large".repeat(20_000), "small too".to_owned()] {
        drop(tracer.start_with_context(name, &Context::new()));
    }
    let report = closer.close(PATIENCE);
    assert_eq!((report.sent, report.lost), (2, 1));
    assert!(report.to_string().starts_with("1 of 3 spans lost: a span of 100"), "{report}");
}

// Elsewhere the system may not know yet.
#[cfg(target_os = "linux")]
#[test]
fn an_agent_that_is_not_there_is_noticed_on_the_same_machine() {
    let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = agent.local_addr().unwrap();
    drop(agent);
    let report = traced(Config::new("closing").with_agent(address.to_string()), 2).0.close(PATIENCE);
    let expected = format!(
        "2 of 2 spans lost: UDP to {address} failed: connection refused. Is an agent listening there, such as \
         Jaeger's all-in-one or jaeger-backend?"
    );
    assert_eq!(report.to_string(), expected);
}
