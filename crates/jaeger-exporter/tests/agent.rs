//! Spans to an agent: packets that are really sent, and decoded.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

mod util;

use std::{
    net::{Ipv4Addr, UdpSocket},
    thread,
};

use futures_executor::block_on;
use jaeger_exporter::{DEFAULT_MAX_PACKET_BYTES, FailureCause, JaegerExporter};
use jaeger_thrift::{Batch, Binary, Compact};
use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, trace::SpanExporter};

use util::{PATIENCE, spans};

fn agent() -> (UdpSocket, String) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
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
    // 300 tags of 250 bytes: more than 70 kB in one span, although each value is short.
    batch[500].attributes = (0..300).map(|i| KeyValue::new(format!("k{i}"), "v".repeat(250))).collect();
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
    assert_eq!((stats.sent(), stats.too_large(), stats.failed()), (999, 1, 0));
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
