//! Spans to a collector over a real connection.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

mod util;

use std::{net::TcpListener, time::Duration};

use futures_executor::block_on;
use jaeger_exporter::{FailureCause, HttpTransport, JaegerExporter};
use jaeger_thrift::{Tag, TagValue};
use opentelemetry::{KeyValue, trace::Event};
use opentelemetry_sdk::{Resource, trace::SpanExporter};

use util::{FakeCollector, PATIENCE, closed_endpoint, spans};

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

#[track_caller]
fn failure(exporter: &JaegerExporter, count: usize) -> String {
    block_on(exporter.export(spans(count))).unwrap_err().to_string()
}

#[test]
fn batches_arrive_over_one_connection() {
    let collector = FakeCollector::start(ACCEPTED);
    let mut exporter = JaegerExporter::collector(&collector.endpoint).unwrap();
    exporter.set_resource(&Resource::builder_empty().with_service_name("frontend").build());
    for _ in 0..2 {
        block_on(exporter.export(spans(3))).unwrap();
    }
    for _ in 0..2 {
        let request = collector.requests.recv_timeout(PATIENCE).unwrap();
        assert!(request.head.starts_with("POST /api/traces HTTP/1.1\r\n"), "{}", request.head);
        assert!(
            request.head.to_lowercase().contains("content-type: application/x-thrift\r\n"),
            "{}",
            request.head
        );
        assert_eq!(request.connection, 0);
        assert_eq!(request.batch.process.service_name, "frontend");
        assert_eq!((request.batch.seq_no, request.batch.stats), (None, None));
        let names: Vec<_> = request.batch.spans.iter().map(|span| span.operation_name.as_str()).collect();
        assert_eq!(names, ["span 0", "span 1", "span 2"]);
        let status = Tag { key: "http.status_code".into(), value: TagValue::Long(200) };
        assert!(request.batch.spans.iter().all(|span| span.tags.contains(&status)));
    }
    let stats = exporter.stats();
    assert_eq!((stats.sent(), stats.lost(), stats.last_error()), (6, 0, None));
}

#[test]
fn requests_are_bounded_in_bytes() {
    let collector = FakeCollector::start(ACCEPTED);
    let exporter = JaegerExporter::collector(&collector.endpoint).unwrap();
    let mut batch = spans(12);
    for span in &mut batch[2..10] {
        let fields = vec![KeyValue::new("stack", "x".repeat(1024 * 1024))];
        span.events.events.push(Event::new("error", span.start_time, fields, 0));
    }
    block_on(exporter.export(batch)).unwrap();
    let requests: Vec<_> = (0..3).map(|_| collector.requests.recv_timeout(PATIENCE).unwrap()).collect();
    let counts: Vec<_> = requests.iter().map(|request| request.batch.spans.len()).collect();
    assert_eq!(counts, [5, 3, 4]);
    assert_eq!(exporter.stats().sent(), 12);
}

#[test]
fn an_empty_batch_is_not_sent() {
    let exporter = JaegerExporter::collector(&closed_endpoint()).unwrap();
    block_on(exporter.export(Vec::new())).unwrap();
}

#[test]
fn a_refusal_says_status_and_reason() {
    let collector =
        FakeCollector::start("HTTP/1.1 400 Bad Request\r\ncontent-length: 14\r\n\r\nbad\r\n  service");
    let exporter = JaegerExporter::collector(&collector.endpoint).unwrap();
    let expected =
        format!("Operation failed: POST {} failed: status 400 Bad Request: bad service", collector.endpoint);
    assert_eq!(failure(&exporter, 2), expected);
    assert_eq!(exporter.stats().failed_by(FailureCause::Rejected), 2);
}

#[test]
fn a_redirect_is_a_refusal() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let collector = FakeCollector::start(answer);
    let exporter = JaegerExporter::collector(&collector.endpoint).unwrap();
    assert!(failure(&exporter, 1).ends_with("failed: status 302 Found"));
}

#[test]
fn a_collector_that_is_down_costs_the_batch_if_nothing_is_kept() {
    let endpoint = closed_endpoint();
    let exporter = JaegerExporter::collector(&endpoint).unwrap().with_retry_bytes(0);
    assert_eq!(
        failure(&exporter, 4),
        format!("Operation failed: POST {endpoint} failed: connection refused")
    );
    let stats = exporter.stats();
    assert_eq!((stats.sent(), stats.failed_by(FailureCause::Unreachable), stats.lost()), (0, 4, 4));
}

#[test]
fn a_collector_that_never_answers_costs_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/api/traces", listener.local_addr().unwrap());
    let transport = HttpTransport::new(&endpoint).unwrap().with_timeout(Duration::from_millis(50));
    let exporter = JaegerExporter::with_http(transport);
    assert_eq!(
        failure(&exporter, 1),
        format!("Operation failed: POST {endpoint} failed: no answer within 50ms")
    );
    assert_eq!(exporter.stats().failed_by(FailureCause::Timeout), 1);
}

#[test]
fn a_collector_is_told_who_asks() {
    let transport = || HttpTransport::new("http://localhost").unwrap();
    let head = |change: fn(HttpTransport) -> HttpTransport| {
        let collector = FakeCollector::start(ACCEPTED);
        let transport = change(HttpTransport::new(&collector.endpoint).unwrap());
        block_on(JaegerExporter::with_http(transport).export(spans(1))).unwrap();
        collector.requests.recv_timeout(PATIENCE).unwrap().head.to_lowercase()
    };
    // The example of RFC 7617.
    let basic = head(|transport| transport.with_basic_auth("Aladdin", "open sesame"));
    assert!(basic.contains("authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq==\r\n"), "{basic}");
    let bearer = head(|transport| {
        let transport = transport.with_basic_auth("replaced", "secret").with_bearer_token("t0.k_en").unwrap();
        transport.with_header("X-Tenant", "first").unwrap().with_header("x-tenant", "blue").unwrap()
    });
    assert!(bearer.contains("authorization: bearer t0.k_en\r\n"), "{bearer}");
    assert!(bearer.contains("x-tenant: blue\r\n") && !bearer.contains("first"), "{bearer}");
    assert_eq!(bearer.matches("authorization").count(), 1, "{bearer}");

    let error =
        |result: Result<HttpTransport, jaeger_exporter::EndpointError>| result.unwrap_err().to_string();
    assert_eq!(
        error(transport().with_header("a b", "c")),
        "expected the name of a header that HTTP can carry, found \"a b\""
    );
    let secret = "secret\nInjected: yes";
    let refused = "expected printable ASCII as the value of the header";
    assert_eq!(error(transport().with_header("x-tenant", secret)), format!("{refused} \"x-tenant\""));
    assert_eq!(error(transport().with_bearer_token(secret)), format!("{refused} \"authorization\""));
    let shown = format!("{:?}", transport().with_basic_auth("Aladdin", "open sesame"));
    assert!(!shown.contains("QWxh") && !shown.contains("sesame"), "{shown}");
}

/// A listener whose queue is full: the system answers no further connection.
#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_nobody_takes_is_told_apart_from_an_answer_that_does_not_come() {
    use socket2::{Domain, Socket, Type};

    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let _queued: Vec<_> = (0..4)
        .map(|_| {
            let stream = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            stream.set_nonblocking(true).unwrap();
            // It is under way.
            stream.connect(&address).unwrap_err();
            stream
        })
        .collect();
    let endpoint = format!("http://{}/api/traces", address.as_socket().unwrap());
    let transport = HttpTransport::new(&endpoint).unwrap().with_timeout(Duration::from_millis(400));
    let error = transport.send(b"batch").unwrap_err();
    assert_eq!(error.to_string(), format!("POST {endpoint} failed: no connection within 200ms"));
    assert_eq!((error.cause(), error.is_temporary()), (FailureCause::Unreachable, true));
}
