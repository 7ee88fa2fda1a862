//! Exporters that fail, panic or never return: the reporter keeps its deadlines, and what is lost is counted.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

mod util;

use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use jaeger_exporter::{JaegerExporter, Reporter, ReporterStats};
use jaeger_thrift::{Batch, Compact};
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter, SpanProcessor},
};

use util::{
    PATIENCE, closed_endpoint,
    gate::{Seen, counts, gate, next_batch, report},
};

#[test]
fn a_failed_batch_is_counted_and_the_flush_says_so() {
    let (exporter, _seen, results) = gate();
    let reporter = Reporter::new(exporter);
    report(&reporter, 0..4);
    results.send(Err(OTelSdkError::InternalFailure("no route".into()))).unwrap();
    let error = reporter.flush(PATIENCE).unwrap_err();
    assert_eq!(error.to_string(), "Operation failed: 4 spans lost: no route");
    counts(&reporter.stats(), 0, 0, 4, 0, 0);
    // The next batch has a fate of its own.
    report(&reporter, [5]);
    results.send(Ok(())).unwrap();
    reporter.flush(PATIENCE).unwrap();
    counts(&reporter.stats(), 0, 1, 4, 0, 0);
}

#[test]
fn a_change_between_failing_and_working_is_told_once() {
    let (exporter, _seen, results) = gate();
    let (tell, told) = channel();
    let on_change = move |result: Result<(), &str>| tell.send(result.map_err(str::to_owned)).unwrap();
    let reporter = Reporter::builder(exporter).with_on_change(on_change).build();
    let failure = |reason: &str| Err(OTelSdkError::InternalFailure(reason.into()));
    for result in [Ok(()), failure("a"), failure("b"), Ok(()), Ok(()), failure("c")] {
        report(&reporter, [1]);
        results.send(result).unwrap();
        let _ = reporter.flush(PATIENCE);
    }
    let told: Vec<_> = told.try_iter().collect();
    assert_eq!(told, [Err("a".to_owned()), Ok(()), Err("c".to_owned())]);
}

#[test]
fn a_panic_of_the_exporter_costs_one_batch() {
    #[derive(Debug)]
    struct Panics(Mutex<u32>);

    impl SpanExporter for Panics {
        async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
            let mut calls = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *calls += 1;
            assert!(*calls > 1, "first call");
            Ok(())
        }
    }

    let reporter = Reporter::new(Panics(Mutex::new(0)));
    report(&reporter, 0..2);
    let error = reporter.flush(PATIENCE).unwrap_err();
    assert_eq!(error.to_string(), "Operation failed: 2 spans lost: the exporter panicked: first call");
    report(&reporter, 2..5);
    reporter.flush(PATIENCE).unwrap();
    counts(&reporter.stats(), 0, 3, 2, 0, 0);
}

#[test]
fn a_shutdown_returns_at_its_deadline_and_counts_what_is_left() {
    let (exporter, seen, results) = gate();
    let reporter = Reporter::builder(exporter).with_batch_size(10).build();
    report(&reporter, 0..35);
    assert_eq!(next_batch(&seen).len(), 10);
    let timeout = Duration::from_millis(20);
    assert!(matches!(reporter.shutdown_with_timeout(timeout), Err(OTelSdkError::Timeout(_))));
    // Ten are still in the hands of the exporter.
    counts(&reporter.stats(), 10, 0, 25, 0, 0);
    results.send(Ok(())).unwrap();
    loop {
        if matches!(seen.recv_timeout(PATIENCE).unwrap(), Seen::Shutdown) {
            break;
        }
    }
    counts(&reporter.stats(), 0, 10, 25, 0, 0);
}

#[test]
fn a_flush_gives_up_at_its_deadline() {
    let (exporter, _seen, results) = gate();
    let reporter = Reporter::new(exporter);
    report(&reporter, [1]);
    assert!(matches!(reporter.flush(Duration::from_millis(10)), Err(OTelSdkError::Timeout(_))));
    drop(results);
    reporter.flush(PATIENCE).unwrap();
    counts(&reporter.stats(), 0, 1, 0, 0, 0);
}

#[test]
fn a_collector_that_is_down_loses_the_spans_and_nothing_else() {
    let exporter = JaegerExporter::collector(&closed_endpoint()).unwrap();
    let export = exporter.stats();
    let reporter = Reporter::new(exporter);
    report(&reporter, 0..600);
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    // The exporter has taken them, to try again until the last attempt.
    counts(&reporter.stats(), 0, 600, 0, 0, 0);
    assert_eq!((export.sent(), export.waiting(), export.failed()), (0, 0, 600));
    assert!(reporter.stats().last_error().unwrap().ends_with("failed: connection refused"));
}

#[test]
fn a_collector_that_never_answers_holds_up_neither_spans_nor_the_shutdown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let exporter = JaegerExporter::collector(&endpoint).unwrap();
    let reporter = Reporter::builder(exporter).with_queue_size(50).with_batch_size(10).build();
    report(&reporter, 0..10);
    // The connection is there, so the export is under way; from here on it waits for its answer.
    let _connection = listener.accept().unwrap();
    report(&reporter, 10..1_000);
    counts(&reporter.stats(), 60, 0, 0, 940, 0);
    let timeout = Duration::from_millis(20);
    assert!(matches!(reporter.shutdown_with_timeout(timeout), Err(OTelSdkError::Timeout(_))));
    counts(&reporter.stats(), 10, 0, 50, 940, 0);
    assert_eq!(reporter.stats().last_error().unwrap(), "the exporter did not finish within 20ms");
}

#[test]
fn an_agent_learns_of_spans_lost_to_a_full_queue() {
    #[derive(Debug)]
    struct Held(JaegerExporter, Mutex<Receiver<()>>, Sender<()>);

    impl SpanExporter for Held {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            let _ = self.2.send(());
            let _ = self.1.lock().unwrap().recv();
            self.0.export(batch).await
        }
    }

    let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    agent.set_read_timeout(Some(PATIENCE)).unwrap();
    let stats = Arc::<ReporterStats>::default();
    let exporter = JaegerExporter::agent(&agent.local_addr().unwrap().to_string()).unwrap();
    let exporter = exporter.with_reporter_stats(Arc::clone(&stats));
    let ((hold, held), (started, starts)) = (channel(), channel());
    let held = Held(exporter, Mutex::new(held), started);
    let reporter =
        Reporter::builder(held).with_stats(Arc::clone(&stats)).with_queue_size(2).with_batch_size(2).build();
    report(&reporter, 0..2);
    starts.recv_timeout(PATIENCE).unwrap();
    report(&reporter, 2..9);
    drop(hold);
    reporter.flush(PATIENCE).unwrap();

    let mut packet = [0; 2_000];
    let length = agent.recv(&mut packet).unwrap();
    let batch = Batch::decode_emit::<Compact>(&packet[..length]).unwrap();
    assert_eq!(batch.stats.unwrap().full_queue_dropped_spans, 5);
    assert_eq!(batch.spans.len(), 2);
}
