//! From the end of a span to the receiver: what arrives, what is lost, and that both are counted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/collector.rs"]
mod collector;
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use collector::Collector;
use jaeger_exporter::{BatchSender, ReporterStats};
use jaeger_tracer::{JaegerTracerProvider, ShutdownError};
use opentelemetry::{
    KeyValue,
    trace::{Span, SpanKind, TraceContextExt, Tracer, TracerProvider},
};
use support::Agent;

const LONG: Duration = Duration::from_secs(30);

/// Six tags, as a request has them.
fn work(tracer: &impl Tracer, spans: usize) {
    for index in 0..spans {
        let mut span = tracer.span_builder("HTTP GET /users/{id}").with_kind(SpanKind::Server).start(tracer);
        span.set_attribute(KeyValue::new("component", "tower"));
        span.set_attribute(KeyValue::new("http.method", "GET"));
        span.set_attribute(KeyValue::new("http.url", "/users/731"));
        span.set_attribute(KeyValue::new("http.status_code", 200));
        span.set_attribute(KeyValue::new("index", index as i64));
        span.end();
    }
}

fn total(stats: &ReporterStats) -> u64 {
    stats.queued() + stats.sent() + stats.lost()
}

#[test]
fn a_burst_arrives_whole_from_one_thread_and_from_two() {
    for threads in [1, 2] {
        let collector = Collector::answering();
        let provider =
            JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap()).build();
        let stats = provider.stats();
        thread::scope(|scope| {
            for _ in 0..threads {
                let tracer = provider.tracer("burst");
                scope.spawn(move || work(&tracer, 200_000 / threads));
            }
        });
        provider.shutdown(LONG).unwrap();
        assert_eq!(collector.spans.load(Ordering::Relaxed), 200_000, "{stats:?}");
        assert_eq!((stats.sent(), stats.lost(), stats.queued()), (200_000, 0, 0));
    }
}

#[test]
fn what_is_too_much_is_dropped_and_counted_exactly() {
    let collector = Collector::silent();
    let provider = JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap())
        .with_queue_bytes(1024 * 1024)
        .build();
    let stats = provider.stats();
    thread::scope(|scope| {
        for _ in 0..4 {
            let tracer = provider.tracer("burst");
            scope.spawn(move || work(&tracer, 20_000));
        }
    });
    assert!(stats.dropped_queue_full() > 0);
    assert_eq!(provider.shutdown(Duration::from_millis(50)), Err(ShutdownError::Timeout));
    assert_eq!(total(&stats), 80_000, "{stats:?}");
    // What is being sent is still on its way.
    assert!(stats.failed() > 0 && stats.last_error().is_some(), "{stats:?}");
}

#[test]
fn a_flush_ends_although_spans_go_on_coming() {
    let collector = Collector::answering();
    let provider = JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap()).build();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let tracer = provider.tracer("busy");
        scope.spawn(|| {
            let tracer = tracer;
            while !is_over.load(Ordering::Relaxed) {
                work(&tracer, 100);
            }
        });
        work(&provider.tracer("flushed"), 1);
        for _ in 0..3 {
            provider.flush(LONG).unwrap();
        }
        assert!(collector.spans.load(Ordering::Relaxed) > 0);
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_span_is_sent_after_the_flush_interval_without_a_flush() {
    let collector = Collector::answering();
    let provider = JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap())
        .with_flush_interval(Duration::from_millis(20))
        .build();
    for round in 1..=3 {
        // Each from a thread that is gone by then.
        let tracer = provider.tracer("alone");
        thread::spawn(move || work(&tracer, 1)).join().unwrap();
        let arrived = || collector.spans.load(Ordering::Relaxed) == round;
        for _ in 0..1000 {
            if arrived() {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        assert!(arrived(), "{round}");
    }
}

#[test]
fn after_the_shutdown_open_spans_are_counted_and_new_ones_are_none() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap()).build();
    let (tracer, stats) = (provider.tracer("late"), provider.stats());
    let open = tracer.start("open");
    work(&tracer, 3);
    provider.shutdown(LONG).unwrap();
    assert_eq!(provider.shutdown(LONG), Err(ShutdownError::AlreadyShutdown));
    assert_eq!(provider.flush(LONG), Err(ShutdownError::AlreadyShutdown));
    drop(open);
    assert!(!tracer.start("new").is_recording());
    assert_eq!((stats.sent(), stats.dropped_after_shutdown(), stats.queued()), (3, 1, 0));
    assert_eq!(agent.spans().len(), 3);
}

#[test]
fn the_last_provider_that_is_dropped_sends_what_is_queued() {
    let collector = Collector::answering();
    let provider = JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap())
        .with_flush_interval(LONG)
        .build();
    let (tracer, stats) = (provider.tracer("dropped"), provider.stats());
    work(&tracer, 5);
    drop(provider.clone());
    work(&tracer, 5);
    drop(provider);
    for _ in 0..1000 {
        if stats.sent() == 10 {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(collector.spans.load(Ordering::Relaxed), 10);
}

#[test]
fn a_span_larger_than_a_packet_is_counted_and_costs_no_other() {
    let agent = Agent::start();
    let sender = BatchSender::agent(&agent.address()).unwrap();
    let export = sender.stats();
    let provider = JaegerTracerProvider::builder(sender).build();
    let tracer = provider.tracer("large");
    for name in ["before", "large", "after"] {
        let mut span = tracer.start(name);
        if name == "large" {
            span.add_event("event", vec![KeyValue::new("text", "x".repeat(70_000))]);
        }
        span.end();
    }
    provider.shutdown(LONG).unwrap();
    let names: Vec<_> = agent.spans().into_iter().map(|span| span.operation_name).collect();
    assert_eq!(names, ["before", "after"]);
    assert_eq!((export.sent(), export.too_large()), (2, 1));
}

#[test]
fn packets_are_full_and_numbered_and_tell_of_losses() {
    let agent = Agent::start();
    let sender = BatchSender::agent(&agent.address()).unwrap().with_max_packet_bytes(4_000);
    let provider = JaegerTracerProvider::builder(sender).build();
    work(&provider.tracer("many"), 100);
    provider.shutdown(LONG).unwrap();
    let batches = agent.batches();
    assert!((5..15).contains(&batches.len()), "{}", batches.len());
    let numbers: Vec<_> = batches.iter().map(|batch| batch.seq_no.unwrap()).collect();
    assert_eq!(numbers, (1..=batches.len() as i64).collect::<Vec<_>>());
    assert!(batches.iter().all(|batch| batch.stats.is_some()));
    assert_eq!(batches.iter().map(|batch| batch.spans.len()).sum::<usize>(), 100);
}

#[test]
fn packets_to_an_agent_keep_their_distance() {
    let agent = Agent::start();
    let sender = BatchSender::agent(&agent.address()).unwrap().with_max_packet_bytes(4_000);
    let sender = sender.with_bytes_per_second(100_000.try_into().unwrap());
    let provider = JaegerTracerProvider::builder(sender).build();
    let started = Instant::now();
    work(&provider.tracer("paced"), 100);
    provider.shutdown(LONG).unwrap();
    let batches = agent.batches();
    assert_eq!(batches.iter().map(|batch| batch.spans.len()).sum::<usize>(), 100);
    // All but the last packet are full: each of them is followed by its time. Slower is always right.
    let at_least = Duration::from_millis(30) * (batches.len() as u32 - 2);
    assert!(started.elapsed() >= at_least, "{:?} for {} packets", started.elapsed(), batches.len());
}

#[test]
fn spans_end_on_other_threads_than_they_started_on() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap()).build();
    let tracer = Arc::new(provider.tracer("wandering"));
    for _ in 0..200 {
        let span = tracer.start("wandering");
        let context = opentelemetry::Context::new().with_span(span);
        let clone = context.clone();
        thread::scope(|scope| {
            scope.spawn(move || clone.span().set_attribute(KeyValue::new("there", true)));
            scope.spawn(move || context.span().end());
        });
    }
    provider.shutdown(LONG).unwrap();
    assert_eq!(agent.spans().len(), 200);
}

#[test]
fn a_callback_that_panics_costs_no_span() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap())
        .with_on_report(|_, name| assert_ne!(name, "panics"))
        .build();
    let tracer = provider.tracer("callback");
    for name in ["before", "panics", "after"] {
        let tracer = tracer.clone();
        let ended = thread::spawn(move || tracer.start(name).end()).join();
        assert_eq!(ended.is_err(), name == "panics");
    }
    provider.shutdown(LONG).unwrap();
    assert_eq!(agent.spans().len(), 3);
}

#[test]
fn whoever_asks_is_told_when_sending_begins_to_fail() {
    let changes = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&changes);
    // Nobody listens there.
    let provider = JaegerTracerProvider::builder(BatchSender::collector("http://127.0.0.1:9").unwrap())
        .with_on_change(move |result| seen.lock().unwrap().push(result.map_err(str::to_owned)))
        .build();
    for _ in 0..3 {
        work(&provider.tracer("lost"), 1);
        provider.flush(LONG).unwrap();
    }
    assert_eq!(changes.lock().unwrap().len(), 1);
    assert_eq!(provider.stats().failed(), 3);
}
