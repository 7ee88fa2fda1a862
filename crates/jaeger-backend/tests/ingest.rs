//! Spans by HTTP and UDP, and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use jaeger_backend::{Backend, Source};
use jaeger_thrift::{Batch, Binary};
use support::{batch, batches, get, packet, post, sample, send, span};

const DEADLINE: Duration = Duration::from_secs(10);
const THRIFT: &str = "application/x-thrift";

fn good() -> Batch {
    batch("web", vec![span(0x1001, 1, 0, "good")])
}

#[tokio::test]
async fn a_batch_by_http_answers_202_and_is_kept() {
    let backend = Backend::start().await.unwrap();
    for content_type in
        [THRIFT, "application/vnd.apache.thrift.binary", "application/x-thrift; charset=utf-8"]
    {
        let answer = post(&backend, content_type, good().encode::<Binary>()).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, ""), "{content_type}");
    }
    let trace = backend.wait_for_trace("1001", 3, DEADLINE).await.unwrap();
    assert_eq!(trace.find("good").unwrap().source, Source::Collector);
    assert_eq!(trace.services(), ["web"]);
}

#[tokio::test]
async fn a_packet_by_udp_is_kept_and_bad_ones_are_counted() {
    let backend = Backend::start().await.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for bad in [b"not thrift".as_slice(), b"", &good().encode::<Binary>()] {
        socket.send_to(bad, backend.agent_addr()).unwrap();
    }
    let sample = sample();
    let [seed] = batches(&sample["data"][0]).try_into().unwrap();
    socket.send_to(&packet(&seed), backend.agent_addr()).unwrap();

    let trace = backend.wait_for_trace("0b2bdf4251e5ce0e11b21f3290c35d99", 3, DEADLINE).await.unwrap();
    assert_eq!(trace.tree(), "seed-128: say-hello\n  seed-128: formatString\n  seed-128: failing\n");
    assert_eq!(backend.store().stats().bad_packets, 3);
    let answer = get(&backend, "/api/traces/0b2bdf4251e5ce0e11b21f3290c35d99").await.body;
    assert!(answer.contains(r#"{"key":"internal.span.format","type":"string","value":"proto"}"#), "{answer}");
}

#[tokio::test]
async fn what_is_not_thrift_is_refused_and_changes_nothing() {
    let backend = Backend::start().await.unwrap();
    let good = good().encode::<Binary>();
    let cut = good[..good.len() - 20].to_vec();
    let cases = [
        (THRIFT, b"not thrift".to_vec(), "Unable to process request body: "),
        (THRIFT, Vec::new(), "Unable to process request body: "),
        (THRIFT, vec![0], "Unable to process request body: "),
        (THRIFT, cut, "Unable to process request body: "),
        ("application/json", good.clone(), "Unsupported content type: application/json\n"),
        (
            "application/x-thrift; =x",
            good.clone(),
            "Cannot parse content type: mime: invalid media parameter\n",
        ),
        ("", good.clone(), "Cannot parse content type: mime: no media type\n"),
    ];
    let count = cases.len();
    for (content_type, body, reason) in cases {
        let answer = post(&backend, content_type, body).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (400, "text/plain; charset=utf-8"));
        assert!(
            answer.body.starts_with(reason) && answer.body.ends_with('\n'),
            "{reason:?}: {:?}",
            answer.body
        );
    }
    let stats = backend.store().stats();
    assert_eq!((stats.refused_bodies, stats.received_spans, stats.kept_traces), (count as u64, 0, 0));
}

#[tokio::test]
async fn a_body_over_20_mib_is_refused_before_it_is_read() {
    let backend = Backend::start().await.unwrap();
    let address = backend.collector_endpoint().replace("http://", "").replace("/api/traces", "");
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let head = "POST /api/traces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-thrift\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n", 20 * 1024 * 1024 + 1).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = tokio::task::spawn_blocking(exchange).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.ends_with("Unable to process request body: larger than 20971520 bytes\n"), "{answer}");
    assert_eq!(backend.store().stats().refused_bodies, 1);
}

#[tokio::test]
async fn other_methods_and_paths_of_the_collector_are_refused() {
    let backend = Backend::start().await.unwrap();
    let url = backend.collector_endpoint();
    let status = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        [url.clone(), url + "/"].map(|url| agent.get(url).call().unwrap().status().as_u16())
    });
    assert_eq!(status.await.unwrap(), [405, 404]);
}

#[tokio::test]
async fn a_trace_that_does_not_come_is_described() {
    let backend = Backend::start().await.unwrap();
    send(&backend, &good()).await;
    let error = backend.wait_for_trace("1001", 2, Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(error.to_string(), "expected 2 spans of trace 1001 within 10ms, found 1:\nweb: good\n");
    assert_eq!(error.found().unwrap().spans().len(), 1);
    let error = backend.wait_for_trace("zzz", 1, DEADLINE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"expected a trace id to wait for: strconv.ParseUint: parsing "zzz": invalid syntax"#
    );
}

/// A request whose body is half sent, and the rest of it.
async fn half_sent(backend: &Backend) -> (TcpStream, Vec<u8>) {
    let address = backend.addr(jaeger_backend::Listener::Collector);
    let body = good().encode::<Binary>();
    let sent = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let head = "POST /api/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-thrift\r\nExpect: 100-continue\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n", body.len()).unwrap();
        // Asked for when the request has begun.
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"));
        let (first, rest) = body.split_at(10);
        stream.write_all(first).unwrap();
        (stream, rest.to_vec())
    };
    tokio::task::spawn_blocking(sent).await.unwrap()
}

/// Sends the rest and reads the answer.
async fn finish((mut stream, rest): (TcpStream, Vec<u8>)) -> String {
    let finished = move || {
        stream.write_all(&rest).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(finished).await.unwrap()
}

#[tokio::test]
async fn a_request_that_is_open_when_the_backend_is_dropped_is_finished() {
    let backend = Backend::start().await.unwrap();
    let store = Arc::clone(backend.store());
    let request = half_sent(&backend).await;
    drop(backend);
    assert!(finish(request).await.starts_with("HTTP/1.1 202 "));
    assert_eq!(store.stats().received_spans, 1);
}

#[tokio::test]
async fn shutdown_waits_for_a_request_that_is_open() {
    let backend = Backend::start().await.unwrap();
    let (store, address) = (Arc::clone(backend.store()), backend.addr(jaeger_backend::Listener::Collector));
    let request = half_sent(&backend).await;
    let (answer, ()) = tokio::join!(finish(request), backend.shutdown());
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert_eq!(store.stats().received_spans, 1);
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}
