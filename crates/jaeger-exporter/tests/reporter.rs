//! The reporter's queue: bounded, in order, and every span counted.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what they expect by panicking"
)]

mod util;

use std::time::Duration;

use jaeger_exporter::Reporter;
use opentelemetry::trace::TraceFlags;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkError,
    trace::{SdkTracerProvider, SpanProcessor},
};

use util::{
    PATIENCE,
    gate::{Seen, counts, gate, next_batch, report},
    span_with,
};

#[test]
fn a_full_batch_is_exported_before_its_interval_ends_and_in_order() {
    let (exporter, seen, results) = gate();
    let reporter = Reporter::builder(exporter).with_batch_size(3).with_flush_interval(PATIENCE * 10).build();
    report(&reporter, 0..7);
    for _ in 0..3 {
        results.send(Ok(())).unwrap();
    }
    assert_eq!(next_batch(&seen), ["0", "1", "2"]);
    assert_eq!(next_batch(&seen), ["3", "4", "5"]);
    reporter.flush(PATIENCE).unwrap();
    assert_eq!(next_batch(&seen), ["6"]);
    counts(&reporter.stats(), 0, 7, 0, 0, 0);
}

#[test]
fn a_batch_that_does_not_fill_is_exported_after_the_interval() {
    let (exporter, seen, results) = gate();
    let reporter = Reporter::builder(exporter).with_flush_interval(Duration::from_millis(5)).build();
    for round in 0..3 {
        results.send(Ok(())).unwrap();
        report(&reporter, [round]);
        assert_eq!(next_batch(&seen), [round.to_string()]);
    }
}

#[test]
fn a_full_queue_drops_the_newest_and_counts_them() {
    let (exporter, seen, results) = gate();
    let reporter = Reporter::builder(exporter).with_queue_size(100).with_batch_size(10).build();
    report(&reporter, 0..10);
    assert_eq!(next_batch(&seen).len(), 10);
    // The exporter holds ten; a hundred fit into the queue; the others do not.
    report(&reporter, 10..1_000);
    counts(&reporter.stats(), 110, 0, 0, 890, 0);
    drop(results);
    reporter.flush(PATIENCE).unwrap();
    counts(&reporter.stats(), 0, 110, 0, 890, 0);
    let names: Vec<_> = (0..10).flat_map(|_| next_batch(&seen)).collect();
    assert_eq!(names, (10..110).map(|name| name.to_string()).collect::<Vec<_>>());
}

#[test]
fn unsampled_spans_are_ignored() {
    let (exporter, seen, results) = gate();
    let reporter = Reporter::new(exporter);
    reporter.on_end(span_with("unsampled".into(), TraceFlags::NOT_SAMPLED));
    report(&reporter, [1]);
    drop(results);
    reporter.flush(PATIENCE).unwrap();
    assert_eq!(next_batch(&seen), ["1"]);
    counts(&reporter.stats(), 0, 1, 0, 0, 0);
}

#[test]
fn the_exporter_runs_on_a_thread_of_its_own_and_makes_no_spans() {
    let (exporter, seen, results) = gate();
    drop(results);
    let reporter = Reporter::new(exporter);
    report(&reporter, [1]);
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    let Seen::Batch(_, thread, suppressed) = seen.recv().unwrap() else { panic!("no batch") };
    assert_ne!(thread, std::thread::current().id());
    assert!(suppressed);
}

#[test]
fn the_resource_reaches_the_exporter_before_the_first_batch() {
    let (exporter, seen, results) = gate();
    drop(results);
    let resource = Resource::builder_empty().with_service_name("frontend").build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_span_processor(Reporter::new(exporter))
        .build();
    opentelemetry::trace::Tracer::start(
        &opentelemetry::trace::TracerProvider::tracer(&provider, "t"),
        "span",
    );
    provider.shutdown().unwrap();
    let Seen::Resource(found) = seen.recv().unwrap() else { panic!("no resource") };
    assert_eq!(found, resource);
    assert_eq!(next_batch(&seen), ["span"]);
    assert!(matches!(seen.recv().unwrap(), Seen::Shutdown));
}

#[test]
fn a_shutdown_exports_everything_and_refuses_what_comes_later() {
    let (exporter, seen, results) = gate();
    drop(results);
    let reporter = Reporter::builder(exporter).with_batch_size(2).build();
    report(&reporter, 0..5);
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    report(&reporter, 5..8);
    counts(&reporter.stats(), 0, 5, 0, 0, 3);
    assert_eq!((0..3).flat_map(|_| next_batch(&seen)).count(), 5);
    assert!(matches!(seen.recv().unwrap(), Seen::Shutdown));
    assert!(matches!(reporter.flush(PATIENCE), Err(OTelSdkError::AlreadyShutdown)));
    assert!(matches!(reporter.shutdown_with_timeout(PATIENCE), Err(OTelSdkError::AlreadyShutdown)));
}

#[test]
fn spans_of_many_threads_are_all_counted() {
    let (exporter, _seen, results) = gate();
    drop(results);
    let reporter = Reporter::builder(exporter).with_queue_size(64).with_batch_size(16).build();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| report(&reporter, 0..1_000));
        }
    });
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    let stats = reporter.stats();
    assert_eq!(stats.queued(), 0);
    assert_eq!(stats.sent() + stats.dropped_queue_full(), 4_000);
}

#[test]
fn a_dropped_reporter_still_exports() {
    let (exporter, seen, results) = gate();
    drop(results);
    let reporter = Reporter::new(exporter);
    report(&reporter, 0..3);
    drop(reporter);
    assert_eq!(next_batch(&seen).len(), 3);
    assert!(matches!(seen.recv_timeout(PATIENCE).unwrap(), Seen::Shutdown));
}
