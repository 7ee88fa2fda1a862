use std::net::UdpSocket;
use std::time::Duration;

use jaeger_thrift::{Batch, Compact};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_jaeger_bridge::BridgeExporter;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

use crate::spans;

struct FakeAgent(UdpSocket);

#[test]
fn spans_arrive_as_compact_thrift() {
    let agent = FakeAgent::start();
    let mut exporter = BridgeExporter::agent(&agent.address()).unwrap();
    exporter.set_resource(&spans::resource());

    spans::export(&exporter, vec![spans::span_data(10), spans::span_data(11)]).unwrap();

    let batch = agent.batch();
    assert_eq!(spans::sorted(batch.process), spans::process());
    assert_eq!(batch.spans, [spans::thrift_span(10), spans::thrift_span(11)]);
}

#[test]
fn works_under_the_batch_processor() {
    let agent = FakeAgent::start();
    let exporter = BridgeExporter::agent(&agent.address()).unwrap();
    let provider =
        SdkTracerProvider::builder().with_resource(spans::resource()).with_batch_exporter(exporter).build();

    provider.tracer("shop").in_span("checkout", |_| {});
    provider.shutdown().unwrap();

    let batch = agent.batch();
    assert_eq!(batch.process.service_name, "shop");
    assert_eq!(batch.spans[0].operation_name, "checkout");
}

#[test]
fn a_batch_larger_than_a_packet_is_split() {
    let agent = FakeAgent::start();
    let exporter = BridgeExporter::agent(&agent.address()).unwrap();

    spans::export(&exporter, (1..=4).map(|span_id| padded(span_id, 30_000)).collect()).unwrap();

    let packets = [agent.batch(), agent.batch()];
    assert_eq!(packets.map(|batch| batch.spans.len()), [2, 2]);
}

#[test]
fn a_span_larger_than_a_packet_loses_its_batch() {
    let agent = FakeAgent::start();
    let exporter = BridgeExporter::agent(&agent.address()).unwrap();

    let error = spans::export(&exporter, vec![spans::span_data(10), padded(11, 70_000)]).unwrap_err();
    assert!(error.to_string().contains("over max UDP packet size of 65000 bytes"), "{error}");

    // The next packet is the next batch: nothing of the former one was sent.
    spans::export(&exporter, vec![spans::span_data(12)]).unwrap();
    assert_eq!(agent.batch().spans, [spans::thrift_span(12)]);
}

fn padded(span_id: u64, bytes: usize) -> SpanData {
    SpanData { attributes: vec![KeyValue::new("padding", "x".repeat(bytes))], ..spans::span_data(span_id) }
}

// === impl FakeAgent ===

impl FakeAgent {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout above zero");
        Self(socket)
    }

    fn address(&self) -> String {
        self.0.local_addr().expect("a bound socket has an address").to_string()
    }

    fn batch(&self) -> Batch {
        let mut packet = vec![0; 65_536];
        let length = self.0.recv(&mut packet).expect("a packet within the deadline");
        packet.truncate(length);
        Batch::decode_emit::<Compact>(&packet).expect("a message emitBatch")
    }
}
