//! Spans to an agent: packets that are really sent, and decoded.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

mod util;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    thread,
};

use futures_executor::block_on;
use jaeger_exporter::{DEFAULT_MAX_PACKET_BYTES, FailureCause, JaegerExporter};
use jaeger_thrift::{Batch, Binary, Compact, DecodeError, Span, TagValue};
use opentelemetry::{KeyValue, trace::Event};
use opentelemetry_sdk::{
    Resource,
    trace::{SpanData, SpanExporter},
};

use util::{PATIENCE, spans};

fn agent() -> (UdpSocket, String) {
    agent_on(Ipv4Addr::LOCALHOST.into())
}

fn agent_on(address: IpAddr) -> (UdpSocket, String) {
    let socket = UdpSocket::bind((address, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, address)
}

fn receive(socket: &UdpSocket) -> (usize, Batch) {
    let mut packet = vec![0; 70_000];
    let length = socket.recv(&mut packet).unwrap();
    (length, Batch::decode_emit::<Compact>(&packet[..length]).unwrap())
}

#[test]
fn a_packet_carries_process_spans_number_and_losses() {
    let (socket, address) = agent();
    let mut exporter = JaegerExporter::agent(&address).unwrap();
    exporter.set_resource(&Resource::builder_empty().with_service_name("driver").build());
    for number in 1..=2 {
        block_on(exporter.export(spans(2))).unwrap();
        let (_, batch) = receive(&socket);
        assert_eq!(batch.process.service_name, "driver");
        assert_eq!(batch.spans.len(), 2);
        assert_eq!(batch.seq_no, Some(number));
        assert_eq!(batch.stats, Some(jaeger_thrift::ClientStats::default()));
    }
    assert_eq!(exporter.stats().sent(), 4);
}

#[test]
fn a_smaller_packet_size_makes_more_packets() {
    let (socket, address) = agent();
    let exporter = JaegerExporter::agent(&address).unwrap().with_max_packet_bytes(1_000);
    block_on(exporter.export(spans(20))).unwrap();
    let mut received = 0;
    while received < 20 {
        let (length, batch) = receive(&socket);
        assert!(length <= 1_000, "{length}");
        received += batch.spans.len();
    }
    assert_eq!(received, 20);
}

#[test]
fn packets_are_filled_by_size_and_a_span_too_large_is_counted() {
    let (socket, address) = agent();
    let exporter = JaegerExporter::agent(&address).unwrap();
    let mut batch = spans(1_000);
    // 2,500 tags of 30 bytes: more than 70 kB in one span, and no value that is worth cutting.
    batch[500].attributes = (0..2_500).map(|i| KeyValue::new(format!("k{i}"), "v".repeat(30))).collect();
    let receiver = thread::spawn(move || {
        let mut names = Vec::new();
        let mut packets = Vec::new();
        while names.len() < 999 {
            let (length, batch) = receive(&socket);
            names.extend(batch.spans.into_iter().map(|span| span.operation_name));
            packets.push((length, batch.seq_no, batch.stats.unwrap().too_large_dropped_spans));
        }
        (names, packets)
    });
    block_on(exporter.export(batch)).unwrap();

    let (names, packets) = receiver.join().unwrap();
    let expected: Vec<_> = (0..1_000).filter(|i| *i != 500).map(|i| format!("span {i}")).collect();
    assert_eq!(names, expected);
    let (_, all_but_last) = packets.split_last().unwrap();
    assert!(!all_but_last.is_empty());
    for (length, ..) in all_but_last {
        assert!(
            (DEFAULT_MAX_PACKET_BYTES - 200..=DEFAULT_MAX_PACKET_BYTES).contains(length),
            "a packet of {length} bytes is not full"
        );
    }
    let numbers: Vec<_> = packets.iter().map(|(_, number, _)| number.unwrap()).collect();
    assert_eq!(numbers, (1..=packets.len() as i64).collect::<Vec<_>>());
    assert_eq!(packets.last().unwrap().2, 1, "the agent learns of the lost span");
    let stats = exporter.stats();
    assert_eq!((stats.sent(), stats.too_large(), stats.failed(), stats.cut_down()), (999, 1, 0, 0));
    let error = stats.last_error().unwrap();
    let expected = format!("bytes does not fit into a packet of {DEFAULT_MAX_PACKET_BYTES}");
    assert!(error.ends_with(&expected), "{error}");
}

// Elsewhere the system may learn of it a packet later.
#[cfg(target_os = "linux")]
#[test]
fn an_agent_that_is_not_there_is_noticed_on_the_same_machine() {
    let (socket, address) = agent();
    drop(socket);
    let exporter = JaegerExporter::agent(&address).unwrap();
    let error = block_on(exporter.export(spans(3))).unwrap_err().to_string();
    assert_eq!(error, format!("Operation failed: UDP to {address} failed: connection refused"));
    assert_eq!(exporter.stats().failed_by(FailureCause::Unreachable), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn an_agent_that_starts_later_gets_what_comes_later() {
    let (socket, address) = agent();
    drop(socket);
    let exporter = JaegerExporter::agent(&address).unwrap();
    block_on(exporter.export(spans(1))).unwrap_err();
    let socket = UdpSocket::bind(&address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    block_on(exporter.export(spans(2))).unwrap();
    let (_, batch) = receive(&socket);
    assert_eq!(batch.spans.len(), 2);
    assert_eq!(batch.stats.unwrap().failed_to_emit_spans, 1);
}

#[test]
fn the_binary_protocol_has_packets_of_the_same_size() {
    let (socket, address) = agent();
    let exporter = JaegerExporter::binary_agent(&address).unwrap().with_max_packet_bytes(1_000);
    block_on(exporter.export(spans(20))).unwrap();
    let (mut names, mut packets) = (Vec::new(), 0);
    while names.len() < 20 {
        let mut packet = vec![0; 70_000];
        let length = socket.recv(&mut packet).unwrap();
        assert!(length <= 1_000, "{length}");
        packets += 1;
        let batch = Batch::decode_emit::<Binary>(&packet[..length]).unwrap();
        assert_eq!(batch.seq_no, Some(packets));
        names.extend(batch.spans.into_iter().map(|span| span.operation_name));
    }
    assert!(packets > 1);
    assert_eq!(names, (0..20).map(|number| format!("span {number}")).collect::<Vec<_>>());
    assert_eq!((exporter.stats().sent(), exporter.stats().lost()), (20, 0));
}

/// Both protocols: an exporter to an agent's port, and how the agent reads its packets.
type Way = (
    fn(&str) -> Result<JaegerExporter, jaeger_exporter::EndpointError>,
    fn(&[u8]) -> Result<Batch, DecodeError>,
);

const WAYS: [Way; 2] = [
    (JaegerExporter::agent, Batch::decode_emit::<Compact>),
    (JaegerExporter::binary_agent, Batch::decode_emit::<Binary>),
];

/// The spans that an agent receives of a small span, a changed one and another small one, in packets of so many bytes.
fn around(way: Way, bytes: usize, change: impl Fn(&mut SpanData)) -> (Vec<Span>, JaegerExporter) {
    let (socket, address) = agent();
    let (exporter, decode) = way;
    let exporter = exporter(&address).unwrap().with_max_packet_bytes(bytes);
    let mut batch = spans(3);
    change(&mut batch[1]);
    block_on(exporter.export(batch)).unwrap();
    let (mut received, mut packet) = (Vec::new(), vec![0; 70_000]);
    while received.len() < exporter.stats().sent() as usize {
        let length = socket.recv(&mut packet).unwrap();
        assert!(length <= bytes, "{length}");
        received.append(&mut decode(&packet[..length]).unwrap().spans);
    }
    received.sort_by(|one, other| one.operation_name.cmp(&other.operation_name));
    (received, exporter)
}

fn tag<'s>(span: &'s Span, key: &str) -> Option<&'s TagValue> {
    span.tags.iter().find(|tag| tag.key == key).map(|tag| &tag.value)
}

#[test]
fn a_span_with_a_log_too_large_for_a_packet_arrives_without_it() {
    for way in WAYS {
        let (received, exporter) = around(way, DEFAULT_MAX_PACKET_BYTES, |span| {
            for (name, bytes) in [("first", 10), ("large", 200_000), ("last", 10)] {
                let fields = vec![KeyValue::new("text", "x".repeat(bytes))];
                span.events.events.push(Event::new(name, span.start_time, fields, 0));
            }
        });
        assert_eq!(
            (exporter.stats().sent(), exporter.stats().cut_down(), exporter.stats().lost()),
            (3, 1, 0)
        );
        let [before, large, after] = &received[..] else { panic!("{}", received.len()) };
        assert_eq!(large.logs.len(), 2);
        assert_eq!(tag(large, "jaeger.cut.logs"), Some(&TagValue::Long(1)));
        assert_eq!(tag(large, "jaeger.cut.tags"), None);
        for small in [before, after] {
            assert_eq!((tag(small, "jaeger.cut.logs"), small.start_time), (None, large.start_time));
        }
    }
}

#[test]
fn a_span_with_tags_too_large_for_a_packet_arrives_with_the_starts_of_their_values() {
    for way in WAYS {
        let (received, exporter) = around(way, 9_000, |span| {
            span.attributes.extend((0..128).map(|at| KeyValue::new(format!("k{at}"), "v".repeat(250))));
            span.events.events.push(Event::new("event", span.start_time, Vec::new(), 0));
        });
        assert_eq!(
            (exporter.stats().sent(), exporter.stats().cut_down(), exporter.stats().lost()),
            (3, 1, 0)
        );
        let large = &received[1];
        assert_eq!(large.logs, []);
        assert_eq!(tag(large, "jaeger.cut.logs"), Some(&TagValue::Long(1)));
        assert_eq!(tag(large, "jaeger.cut.tags"), Some(&TagValue::Long(128)));
        assert_eq!(tag(large, "http.method"), Some(&TagValue::String("GET".into())));
        let Some(TagValue::String(value)) = tag(large, "k77") else { panic!("{large:?}") };
        assert!((32..250).contains(&value.len()), "{}", value.len());
    }
}

#[test]
fn a_span_that_cannot_be_cut_down_is_counted() {
    for way in WAYS {
        let (received, exporter) = around(way, 9_000, |span| span.name = "n".repeat(10_000).into());
        let names: Vec<_> = received.iter().map(|span| span.operation_name.as_str()).collect();
        assert_eq!(names, ["span 0", "span 2"]);
        let stats = exporter.stats();
        assert_eq!((stats.sent(), stats.cut_down(), stats.too_large()), (2, 0, 1));
    }
}

#[test]
fn an_agent_may_listen_on_ipv6() {
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        // A machine without it, as many containers are.
        return;
    }
    for (exporter, decode) in WAYS {
        let (socket, address) = agent_on(Ipv6Addr::LOCALHOST.into());
        assert!(address.starts_with("[::1]:"), "{address}");
        let exporter = exporter(&address).unwrap();
        assert_eq!(exporter.endpoint(), format!("udp://{address}"));
        block_on(exporter.export(spans(3))).unwrap();
        let mut packet = vec![0; 70_000];
        let length = socket.recv(&mut packet).unwrap();
        assert_eq!(decode(&packet[..length]).unwrap().spans.len(), 3);
    }
}
