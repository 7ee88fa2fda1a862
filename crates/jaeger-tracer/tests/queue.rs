//! From the end of a span to the receiver: what arrives, what is lost, and that both are counted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "support/collector.rs"]
mod collector;
mod support;

use std::{
    num::NonZeroUsize,
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
fn a_limit_in_spans_is_kept_exactly_and_what_is_sent_makes_room() {
    let collector = Collector::answering();
    let provider = JaegerTracerProvider::builder(BatchSender::collector(&collector.url()).unwrap())
        .with_queue_spans(NonZeroUsize::new(100).unwrap())
        .with_flush_interval(LONG)
        .build();
    let stats = provider.stats();
    for round in 1..=3 {
        thread::scope(|scope| {
            for _ in 0..4 {
                let tracer = provider.tracer("burst");
                scope.spawn(move || work(&tracer, 40));
            }
        });
        assert_eq!(stats.dropped_queue_full(), round * 60);
        provider.flush(LONG).unwrap();
        assert_eq!((stats.sent(), stats.lost()), (round * 100, round * 60));
    }
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
fn after_the_shutdown_spans_are_counted_and_not_recorded() {
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
    assert_eq!((stats.sent(), stats.dropped_after_shutdown(), stats.queued()), (3, 2, 0));
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
fn the_queue_keeps_its_bound_however_often_it_is_flushed() {
    let agent = Agent::start();
    let sender = BatchSender::agent(&agent.address()).unwrap().with_max_packet_bytes(4_000);
    let provider = JaegerTracerProvider::builder(sender.with_bytes_per_second(400_000.try_into().unwrap()))
        .with_queue_bytes(100_000)
        .build();
    let stats = provider.stats();
    // Over 150 bytes each, and a chunk for each of at most 64 shards beside the queue.
    let most = (100_000 + 64 * 4_000) / 150;
    let is_over = AtomicBool::new(false);
    let busy = || {
        let (tracer, mut ended) = (provider.tracer("bound"), 0);
        while !is_over.load(Ordering::Relaxed) {
            work(&tracer, 20);
            ended += 20;
        }
        ended
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(busy)).collect();
        let queued = (0..1500).map(|_| {
            let _ = provider.flush(Duration::from_millis(2));
            stats.queued()
        });
        let queued = queued.max().unwrap();
        is_over.store(true, Ordering::Relaxed);
        let ended: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert!(queued < most, "{queued} of {most}: {stats:?}");
        assert!(stats.dropped_queue_full() > 0);
        // What is being sent then is told when it is known.
        let _ = provider.shutdown(Duration::ZERO);
        assert_eq!(total(&stats), ended, "{stats:?}");
    });
}

#[test]
fn a_flush_does_not_wait_for_later_ones_nor_a_shutdown_for_later_spans() {
    let agent = Agent::start();
    let sender = BatchSender::agent(&agent.address()).unwrap().with_max_packet_bytes(4_000);
    let provider = JaegerTracerProvider::builder(sender.with_bytes_per_second(400_000.try_into().unwrap()))
        .with_queue_bytes(40_000)
        .build();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let ended = scope.spawn(|| {
            let tracer = provider.tracer("busy");
            let mut ended = 0;
            while !is_over.load(Ordering::Relaxed) {
                work(&tracer, 20);
                ended += 20;
            }
            ended
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let _ = provider.flush(Duration::from_millis(1));
            }
        });
        let flushed = provider.flush(LONG);
        let stopped = provider.shutdown(LONG);
        is_over.store(true, Ordering::Relaxed);
        assert_eq!((flushed, stopped), (Ok(()), Ok(())));
        let (stats, ended) = (provider.stats(), ended.join().unwrap());
        assert_eq!(total(&stats), ended, "{stats:?}");
        assert_eq!(stats.queued(), 0, "{stats:?}");
    });
}

#[test]
fn a_shutdown_in_the_middle_of_everything_leaves_no_span_uncounted() {
    for round in 0..40 {
        let agent = Agent::start();
        let sender = BatchSender::agent(&agent.address()).unwrap().with_max_packet_bytes(500);
        let sender = sender.with_bytes_per_second(std::num::NonZeroU64::MAX);
        let provider = JaegerTracerProvider::builder(sender).build();
        thread::scope(|scope| {
            for _ in 0..4 {
                let tracer = provider.tracer("racing");
                scope.spawn(move || work(&tracer, 500));
            }
            thread::sleep(Duration::from_millis(round % 4));
            let _ = provider.shutdown(if round % 2 == 0 { Duration::ZERO } else { LONG });
        });
        let stats = provider.stats();
        // What is being sent at the end of the time is told when it is known.
        for _ in 0..1000 {
            if stats.queued() == 0 {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!((total(&stats), stats.queued()), (2_000, 0), "{stats:?}");
    }
}

#[test]
fn a_callback_about_changes_that_panics_does_not_end_the_sending() {
    let provider = JaegerTracerProvider::builder(BatchSender::collector("http://127.0.0.1:9").unwrap())
        .with_on_change(|_| panic!("the user's"))
        .build();
    for _ in 0..3 {
        work(&provider.tracer("lost"), 2);
        assert_eq!(provider.flush(Duration::from_millis(20)), Err(ShutdownError::Timeout));
    }
    provider.shutdown(LONG).unwrap();
    assert_eq!((provider.stats().failed(), provider.stats().queued()), (6, 0));
}

#[test]
fn a_callback_may_use_the_span_that_it_is_told_of() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap())
        .with_on_report(|_, _| {
            opentelemetry::Context::current().span().add_event("too late", Vec::new());
        })
        .build();
    let span = provider.tracer("told").start("span");
    let recording = span.recording().unwrap();
    let _current = opentelemetry::Context::new().with_span(span).attach();
    recording.end(|_| {});
    provider.shutdown(LONG).unwrap();
    assert_eq!(agent.spans().len(), 1);
}

#[test]
fn last_tags_that_panic_do_not_lose_the_span() {
    let agent = Agent::start();
    let provider = JaegerTracerProvider::builder(BatchSender::agent(&agent.address()).unwrap()).build();
    let span = provider.tracer("last").start("span");
    let recording = span.recording().unwrap();
    let ended = std::panic::AssertUnwindSafe(|| recording.end(|_| panic!("the user's")));
    std::panic::catch_unwind(ended).unwrap_err();
    drop((recording, span));
    provider.shutdown(LONG).unwrap();
    assert_eq!(agent.spans().len(), 1);
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
        assert_eq!(provider.flush(Duration::from_millis(20)), Err(ShutdownError::Timeout));
    }
    provider.shutdown(LONG).unwrap();
    assert_eq!(changes.lock().unwrap().len(), 1);
    assert_eq!(provider.stats().failed(), 3);
}
