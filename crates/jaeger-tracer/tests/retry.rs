//! A collector that is not there, or not well: what waits for it, and what does not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/collector.rs"]
mod collector;

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use collector::Collector;
use jaeger_exporter::BatchSender;
use jaeger_tracer::{JaegerTracerProvider, ShutdownError};
use opentelemetry::trace::{Tracer, TracerProvider};

const LONG: Duration = Duration::from_secs(30);

type Changes = Arc<Mutex<Vec<Result<(), String>>>>;

/// A provider to this collector, and what it says of it.
fn provider(url: &str) -> (JaegerTracerProvider, Changes) {
    let changes = Changes::default();
    let seen = Arc::clone(&changes);
    let provider = JaegerTracerProvider::builder(BatchSender::collector(url).unwrap())
        .with_on_change(move |result| seen.lock().unwrap().push(result.map_err(str::to_owned)))
        .build();
    (provider, changes)
}

/// Where nobody listens now.
fn later() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

#[test]
fn spans_wait_for_a_collector_that_comes_later() {
    let address = later();
    let (provider, changes) = provider(&format!("http://{address}/api/traces"));
    let tracer = provider.tracer("waits");
    let started = Instant::now();
    // A thousand a second, and a flush in between, which has to wait as well.
    let mut ended = 0;
    while started.elapsed() < Duration::from_secs(2) {
        drop(tracer.start("span"));
        ended += 1;
        thread::sleep(Duration::from_millis(1));
        if ended == 100 {
            assert_eq!(provider.flush(Duration::from_millis(50)), Err(ShutdownError::Timeout));
        }
    }
    let stats = provider.stats();
    assert_eq!((stats.sent(), stats.lost()), (0, 0), "{stats:?}");
    let collector = Collector::on(TcpListener::bind(&address).unwrap(), &[]);
    provider.flush(LONG).unwrap();
    assert_eq!(collector.spans.load(Ordering::Relaxed), ended);
    provider.shutdown(LONG).unwrap();
    assert_eq!((stats.sent(), stats.lost(), stats.queued()), (ended as u64, 0, 0), "{stats:?}");
    let error = format!("POST http://{address}/api/traces failed: connection refused");
    assert_eq!(*changes.lock().unwrap(), [Err(error), Ok(())]);
}

#[test]
fn a_collector_that_is_not_well_is_asked_again() {
    for answers in [
        &["503 Service Unavailable"][..],
        &["429 Too Many Requests\r\nretry-after: 1", "500 Internal Server Error"],
        // The connection breaks.
        &["", ""],
    ] {
        let collector = Collector::refusing(answers);
        let (provider, changes) = provider(&collector.url());
        drop(provider.tracer("again").start("span"));
        let started = Instant::now();
        provider.flush(LONG).unwrap();
        let asked_to_wait = answers.iter().any(|answer| answer.contains("retry-after"));
        assert!(!asked_to_wait || started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!(collector.spans.load(Ordering::Relaxed), 1, "{answers:?}");
        assert_eq!((provider.stats().sent(), provider.stats().lost()), (1, 0));
        assert_eq!(changes.lock().unwrap().iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    }
}

#[test]
fn what_a_collector_refuses_is_counted_and_not_sent_again() {
    let collector = Collector::refusing(&["400 Bad Request"]);
    let (provider, _) = provider(&collector.url());
    drop(provider.tracer("refused").start("span"));
    provider.flush(LONG).unwrap();
    drop(provider.tracer("taken").start("span"));
    provider.flush(LONG).unwrap();
    assert_eq!(collector.spans.load(Ordering::Relaxed), 1);
    let stats = provider.stats();
    assert_eq!((stats.sent(), stats.failed(), stats.queued()), (1, 1, 0), "{stats:?}");
}

#[test]
fn a_shutdown_does_not_wait_for_a_collector_that_is_not_there() {
    let (provider, _) = provider(&format!("http://{}", later()));
    for _ in 0..3 {
        drop(provider.tracer("lost").start("span"));
        // Once it is being tried again.
        assert_eq!(provider.flush(Duration::from_millis(300)), Err(ShutdownError::Timeout));
    }
    let started = Instant::now();
    provider.shutdown(LONG).unwrap();
    assert!(started.elapsed() < LONG / 2, "{:?}", started.elapsed());
    let stats = provider.stats();
    assert_eq!((stats.sent(), stats.failed(), stats.queued()), (0, 3, 0), "{stats:?}");
    assert!(stats.last_error().unwrap().contains("connection refused"));
}

#[test]
fn a_shutdown_during_an_attempt_makes_another_one() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (provider, _) = provider(&format!("http://{}", listener.local_addr().unwrap()));
    let (tracer, stats) = (provider.tracer("last"), provider.stats());
    drop(tracer.start("span"));
    let (held, _) = listener.accept().unwrap();
    thread::scope(|scope| {
        let stopping = scope.spawn(|| provider.shutdown(LONG));
        while stats.dropped_after_shutdown() == 0 {
            drop(tracer.start("maybe too late"));
        }
        let collector = Collector::on(listener, &[]);
        // Breaks the connection off.
        drop(held);
        assert_eq!(stopping.join().unwrap(), Ok(()));
        assert_eq!((stats.failed(), stats.queued()), (0, 0), "{stats:?}");
        assert_eq!(collector.spans.load(Ordering::Relaxed) as u64, stats.sent());
    });
}

#[test]
fn a_flush_is_an_attempt_at_once() {
    // Who asks to wait for longer than anybody would.
    let collector = Collector::refusing(&["503 Service Unavailable\r\nretry-after: 60"]);
    let (provider, _) = provider(&collector.url());
    drop(provider.tracer("waits").start("span"));
    assert_eq!(provider.flush(Duration::from_millis(300)), Err(ShutdownError::Timeout));
    provider.flush(LONG).unwrap();
    assert_eq!((provider.stats().sent(), collector.spans.load(Ordering::Relaxed)), (1, 1));
}

/// A minute without a collector, with the default bounds: what `docs/performance.md` says of it.
#[test]
#[ignore = "a minute"]
fn a_minute_without_a_collector_loses_nothing() {
    let address = later();
    let (provider, _) = provider(&format!("http://{address}/api/traces"));
    let tracer = provider.tracer("waits");
    let (started, mut ended) = (Instant::now(), 0_usize);
    while started.elapsed() < Duration::from_secs(60) {
        // However long a sleep takes: a thousand a second.
        while ended < started.elapsed().as_millis() as usize {
            drop(tracer.start("span"));
            ended += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let collector = Collector::on(TcpListener::bind(&address).unwrap(), &[]);
    provider.shutdown(LONG).unwrap();
    assert_eq!((collector.spans.load(Ordering::Relaxed), provider.stats().lost()), (ended, 0));
    println!("{ended} spans");
}
