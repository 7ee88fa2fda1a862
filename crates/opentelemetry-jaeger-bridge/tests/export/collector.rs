use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use jaeger_thrift::{Batch, Binary};
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_jaeger_bridge::BridgeExporter;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};

use crate::fake_collector::FakeCollector;
use crate::spans;

#[test]
fn spans_arrive_as_binary_thrift() {
    let collector = FakeCollector::start("202 Accepted");
    let mut exporter = BridgeExporter::collector(&collector.endpoint).unwrap();
    exporter.set_resource(&spans::resource());

    spans::export(&exporter, vec![spans::span_data(10), spans::span_data(11)]).unwrap();

    let request = collector.request();
    assert!(request.head.starts_with("post /api/traces http/1.1\r\n"), "{}", request.head);
    assert!(request.head.contains("\r\ncontent-type: application/vnd.apache.thrift.binary\r\n"));
    let batch = Batch::decode::<Binary>(&request.body).unwrap();
    assert_eq!(spans::sorted(batch.process), spans::process());
    assert_eq!(batch.spans, [spans::thrift_span(10), spans::thrift_span(11)]);
}

#[test]
fn works_under_the_batch_processor() {
    let collector = FakeCollector::start("202 Accepted");
    let exporter = BridgeExporter::collector(&collector.endpoint).unwrap();
    let provider =
        SdkTracerProvider::builder().with_resource(spans::resource()).with_batch_exporter(exporter).build();

    provider.tracer("shop").in_span("checkout", |_| {});
    provider.shutdown().unwrap();

    let batch = Batch::decode::<Binary>(&collector.request().body).unwrap();
    assert_eq!(batch.process.service_name, "shop");
    assert_eq!(batch.spans.len(), 1);
    assert_eq!(batch.spans[0].operation_name, "checkout");
}

#[test]
fn works_inside_a_single_threaded_runtime() {
    let collector = FakeCollector::start("202 Accepted");
    let exporter = BridgeExporter::collector(&collector.endpoint).unwrap();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter).build();

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { provider.tracer("shop").in_span("checkout", |_| {}) });

    let batch = Batch::decode::<Binary>(&collector.request().body).unwrap();
    assert_eq!(batch.spans[0].operation_name, "checkout");
}

#[test]
fn a_second_batch_is_sent_by_the_same_exporter() {
    let collector = FakeCollector::start("202 Accepted");
    let exporter = BridgeExporter::collector(&collector.endpoint).unwrap();

    for span_id in [10, 11] {
        spans::export(&exporter, vec![spans::span_data(span_id)]).unwrap();
        let batch = Batch::decode::<Binary>(&collector.request().body).unwrap();
        assert_eq!(batch.process.service_name, "unknown_service");
        assert_eq!(batch.spans[0].span_id, i64::try_from(span_id).unwrap());
    }
}

#[test]
fn a_refused_batch_is_an_error() {
    let collector = FakeCollector::start("500 Internal Server Error");
    let exporter = BridgeExporter::collector(&collector.endpoint).unwrap();

    let error = spans::export(&exporter, vec![spans::span_data(10)]).unwrap_err();
    assert!(error.to_string().contains("500"), "{error}");
}

#[test]
fn a_redirect_is_an_error() {
    let collector = FakeCollector::start("302 Found\r\nLocation: /elsewhere");
    let exporter = BridgeExporter::collector(&collector.endpoint).unwrap();

    let error = spans::export(&exporter, vec![spans::span_data(10)]).unwrap_err();
    assert!(error.to_string().contains("302"), "{error}");
}

#[test]
fn no_collector_is_an_error_that_names_it() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{address}/api/traces");
    let exporter = BridgeExporter::collector(&endpoint).unwrap();

    let error = spans::export(&exporter, vec![spans::span_data(10)]).unwrap_err();
    assert!(error.to_string().contains(&format!("collector {endpoint}: ")), "{error}");
}

#[test]
fn a_silent_collector_is_a_timeout() {
    // Connections wait in the listener's queue: accepted by the kernel, never answered.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/api/traces", silent.local_addr().unwrap());
    let timeout = Duration::from_millis(100);
    let exporter = BridgeExporter::collector(&endpoint).unwrap().with_timeout(timeout);

    let error = spans::export(&exporter, vec![spans::span_data(10)]).unwrap_err();
    assert!(matches!(error, OTelSdkError::Timeout(after) if after == timeout), "{error}");
}

#[test]
fn nothing_is_sent_after_shutdown() {
    let exporter = BridgeExporter::collector("http://127.0.0.1:14268/api/traces").unwrap();
    exporter.shutdown().unwrap();

    let export = spans::export(&exporter, vec![spans::span_data(10)]);
    assert!(matches!(export, Err(OTelSdkError::AlreadyShutdown)), "{export:?}");
    assert!(matches!(exporter.shutdown(), Err(OTelSdkError::AlreadyShutdown)));
}

/// A process cannot change its own environment safely, so the test runs itself once more with the variable set.
#[test]
fn the_environment_wins_over_the_endpoint() {
    const NAME: &str = "collector::the_environment_wins_over_the_endpoint";
    const VARIABLE: &str = "OTEL_EXPORTER_JAEGER_ENDPOINT";
    if std::env::var_os(VARIABLE).is_some() {
        let exporter = BridgeExporter::collector("http://192.0.2.1:14268/api/traces").unwrap();
        return spans::export(&exporter, vec![spans::span_data(10)]).unwrap();
    }

    let collector = FakeCollector::start("202 Accepted");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env(VARIABLE, &collector.endpoint)
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(Batch::decode::<Binary>(&collector.request().body).unwrap().spans.len(), 1);
}
