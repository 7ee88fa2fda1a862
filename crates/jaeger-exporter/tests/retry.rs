//! A collector that is not there, or not well: what the exporter keeps for it, and what it does not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod util;

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use jaeger_exporter::{FailureCause, HttpTransport, JaegerExporter, Reporter};
use opentelemetry_sdk::trace::{SpanExporter, SpanProcessor};

use util::{FakeCollector, PATIENCE, closed_endpoint, span, spans};

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

type Changes = Arc<Mutex<Vec<bool>>>;

fn exporter(endpoint: &str) -> (JaegerExporter, Changes) {
    let changes = Changes::default();
    let seen = Arc::clone(&changes);
    let exporter = JaegerExporter::collector(endpoint).unwrap();
    (exporter.with_on_change(move |result| seen.lock().unwrap().push(result.is_ok())), changes)
}

/// The names of so many spans, in the order in which they came.
fn received(collector: &FakeCollector, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    while names.len() < count {
        let request = collector.requests.recv_timeout(PATIENCE).unwrap();
        names.extend(request.batch.spans.into_iter().map(|span| span.operation_name));
    }
    names
}

#[track_caller]
fn counts(exporter: &JaegerExporter, sent: u64, waiting: u64, failed: u64) {
    let stats = exporter.stats();
    assert_eq!((stats.sent(), stats.waiting(), stats.failed()), (sent, waiting, failed), "{stats:?}");
}

fn wait_until(is_true: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < deadline, "it does not come true");
        thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn spans_wait_for_a_collector_that_comes_later_and_keep_their_order() {
    let endpoint = closed_endpoint();
    let (exporter, changes) = exporter(&endpoint);
    for name in ["a", "b", "c"] {
        block_on(exporter.export(vec![span(name.to_owned())])).unwrap();
    }
    assert!(exporter.force_flush().is_err());
    counts(&exporter, 0, 3, 0);
    assert!(exporter.stats().last_error().unwrap().ends_with("connection refused"));
    let address = endpoint.trim_start_matches("http://").split('/').next().unwrap();
    let collector = FakeCollector::on(TcpListener::bind(address).unwrap(), &[], ACCEPTED);
    assert_eq!(received(&collector, 3), ["a", "b", "c"]);
    exporter.force_flush().unwrap();
    block_on(exporter.export(vec![span("d".to_owned())])).unwrap();
    assert_eq!(received(&collector, 1), ["d"]);
    counts(&exporter, 4, 0, 0);
    assert_eq!(*changes.lock().unwrap(), [false, true]);
}

fn unwell(first: &[&'static str]) -> FakeCollector {
    FakeCollector::on(TcpListener::bind(("127.0.0.1", 0)).unwrap(), first, ACCEPTED)
}

#[test]
fn a_collector_that_is_not_well_is_asked_again() {
    for answers in [
        &["HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"][..],
        &[
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
        ],
        // The connection breaks.
        &["", ""],
    ] {
        let collector = unwell(answers);
        let (exporter, changes) = self::exporter(&collector.endpoint);
        let started = Instant::now();
        block_on(exporter.export(spans(1))).unwrap();
        wait_until(|| exporter.stats().sent() == 1);
        let asked_to_wait = answers.iter().any(|answer| answer.contains("retry-after"));
        assert!(!asked_to_wait || started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
        counts(&exporter, 1, 0, 0);
        assert_eq!(*changes.lock().unwrap(), [false, true], "{answers:?}");
    }
}

#[test]
fn what_a_collector_refuses_is_counted_and_not_sent_again() {
    let collector = unwell(&["HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"]);
    let (exporter, changes) = self::exporter(&collector.endpoint);
    block_on(exporter.export(spans(1))).unwrap_err();
    block_on(exporter.export(spans(1))).unwrap();
    counts(&exporter, 1, 0, 1);
    assert_eq!(*changes.lock().unwrap(), [false, true]);
    // Nor if it does so at the second attempt.
    let collector = unwell(&[
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
    ]);
    let (exporter, _) = self::exporter(&collector.endpoint);
    block_on(exporter.export(spans(1))).unwrap();
    wait_until(|| exporter.stats().failed() == 1);
    counts(&exporter, 0, 0, 1);
    assert_eq!(exporter.stats().failed_by(FailureCause::Rejected), 1);
}

#[test]
fn what_the_buffer_has_no_room_for_is_dropped_and_counted() {
    let (exporter, _) = exporter(&closed_endpoint());
    let exporter = exporter.with_retry_bytes(1_000);
    let taken: usize = (0..20).filter(|_| block_on(exporter.export(spans(1))).is_ok()).count();
    assert!((1..20).contains(&taken), "{taken}");
    counts(&exporter, 0, taken as u64, 20 - taken as u64);
    let error = exporter.stats().last_error().unwrap();
    assert!(error.contains("connection refused"), "{error}");
    let none = JaegerExporter::collector(&closed_endpoint()).unwrap().with_retry_bytes(0);
    block_on(none.export(spans(1))).unwrap_err();
    counts(&none, 0, 0, 1);
}

#[test]
fn a_shutdown_makes_a_last_attempt_and_does_not_wait_for_who_is_not_there() {
    let (exporter, _) = exporter(&closed_endpoint());
    block_on(exporter.export(spans(3))).unwrap();
    block_on(exporter.export(spans(2))).unwrap();
    let error = exporter.shutdown_with_timeout(PATIENCE).unwrap_err().to_string();
    assert!(error.contains("connection refused"), "{error}");
    counts(&exporter, 0, 0, 5);
    // What comes later is not kept.
    block_on(exporter.export(spans(1))).unwrap_err();
    counts(&exporter, 0, 0, 6);
}

#[test]
fn a_shutdown_sends_what_waits_if_the_collector_is_back() {
    // One that asks to wait for longer than anybody would.
    let collector =
        unwell(&["HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n"]);
    let (exporter, _) = self::exporter(&collector.endpoint);
    block_on(exporter.export(spans(2))).unwrap();
    counts(&exporter, 0, 2, 0);
    exporter.shutdown_with_timeout(PATIENCE).unwrap();
    counts(&exporter, 2, 0, 0);
}

#[test]
fn a_collector_that_never_answers_the_second_attempt_costs_the_deadline_only() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (exporter, _) = exporter(&format!("http://{}", listener.local_addr().unwrap()));
    let held = thread::spawn(move || {
        // The first is broken off, and the others are left waiting.
        drop(listener.accept().unwrap());
        let waiting = listener.accept().unwrap();
        (listener, waiting)
    });
    block_on(exporter.export(spans(1))).unwrap();
    let _held = held.join().unwrap();
    block_on(exporter.export(spans(2))).unwrap();
    exporter.shutdown_with_timeout(Duration::from_millis(50)).unwrap_err();
    // The first is still on its way.
    let stats = exporter.stats();
    assert_eq!((stats.sent(), stats.failed() + stats.waiting()), (0, 3), "{stats:?}");
    assert!(stats.failed() >= 2);
}

/// Whoever waits for a flush does not wait for one message after the other.
#[test]
fn a_flush_ends_with_the_first_message_that_is_not_answered() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}/api/traces", listener.local_addr().unwrap());
    let transport = HttpTransport::new(&endpoint).unwrap().with_timeout(Duration::from_millis(200));
    let exporter = JaegerExporter::with_http(transport);
    let broken = thread::spawn(move || {
        drop(listener.accept().unwrap());
        listener
    });
    for _ in 0..5 {
        block_on(exporter.export(spans(1))).unwrap();
    }
    // From here on it accepts and never answers.
    let _listener = broken.join().unwrap();
    assert!(exporter.force_flush().is_err());
    let stats = exporter.stats();
    assert_eq!((stats.failed_by(FailureCause::Timeout), stats.waiting()), (1, 4), "{stats:?}");
    // A shutdown gives up the others, too: each of them would take as long.
    exporter.shutdown_with_timeout(PATIENCE).unwrap_err();
    assert_eq!((stats.failed(), stats.waiting()), (5, 0), "{stats:?}");
}

#[test]
fn a_callback_may_take_its_time_and_call_back() {
    let slot = Arc::<Mutex<Option<Arc<JaegerExporter>>>>::default();
    let seen = Arc::clone(&slot);
    let exporter = JaegerExporter::collector(&closed_endpoint()).unwrap().with_on_change(move |_| {
        if let Some(exporter) = seen.lock().unwrap().take() {
            assert!(exporter.force_flush().is_err(), "it flushes, and does not wait for itself");
            panic!("and panics");
        }
    });
    let exporter = Arc::new(exporter);
    *slot.lock().unwrap() = Some(Arc::clone(&exporter));
    block_on(exporter.export(spans(1))).unwrap();
    exporter.shutdown_with_timeout(PATIENCE).unwrap_err();
    counts(&exporter, 0, 0, 1);
}

/// In the log of a client.
#[test]
fn nobody_is_told_that_spans_are_sent_while_none_is() {
    let (exporter, changes) = exporter(&closed_endpoint());
    let exporter = exporter.with_retry_bytes(1_000);
    for count in [1, 500, 1, 500, 1] {
        let _ = block_on(exporter.export(spans(count)));
    }
    assert_eq!(*changes.lock().unwrap(), [false]);
    assert_eq!(exporter.stats().sent(), 0);
}

/// What waits has been exported as far as the reporter knows, whose queue is free for more.
#[test]
fn the_reporter_in_front_goes_on() {
    let (exporter, _) = exporter(&closed_endpoint());
    let export = exporter.stats();
    let reporter = Reporter::builder(exporter).with_batch_size(1).build();
    for index in 0..10 {
        reporter.on_end(span(index.to_string()));
    }
    let stats = reporter.stats();
    wait_until(|| stats.sent() == 10);
    assert_eq!((stats.lost(), export.waiting()), (0, 10));
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    assert_eq!((export.sent(), export.waiting(), export.failed()), (0, 0, 10));
}

/// A minute without a collector, with the default bounds, under a thousand spans a second.
#[test]
#[ignore = "a minute"]
fn a_minute_without_a_collector_loses_nothing() {
    let endpoint = closed_endpoint();
    let (exporter, _) = exporter(&endpoint);
    let export = exporter.stats();
    let reporter = Reporter::new(exporter);
    let (started, mut ended) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(60) {
        while ended < started.elapsed().as_millis() as usize {
            reporter.on_end(span(ended.to_string()));
            ended += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let address = endpoint.trim_start_matches("http://").split('/').next().unwrap();
    let collector = FakeCollector::on(TcpListener::bind(address).unwrap(), &[], ACCEPTED);
    reporter.shutdown_with_timeout(PATIENCE).unwrap();
    assert_eq!((export.sent(), export.lost(), reporter.stats().lost()), (ended as u64, 0, 0));
    assert_eq!(received(&collector, ended).len(), ended);
    println!("{ended} spans");
}
