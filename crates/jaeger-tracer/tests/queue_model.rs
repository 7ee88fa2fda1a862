//! The span queue under every order in which its threads can run, within a number of preemptions: loom runs each of these
//! models once for each order, and ends with an error if all threads wait. `LOOM_MAX_PREEMPTIONS` sets the number.
//!
//! The queue is compiled into this test with a model of the system ([`sync`]) in place of `src/sync.rs`. Of its waits only so many
//! as a test says end because time is over; all others last until somebody wakes them, so that a lost wake-up is a deadlock.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../src/queue/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses all of it, and sees it as a module of its own")]
mod queue;
#[path = "support/sync_model.rs"]
mod sync;

use std::sync::{Arc, Mutex, MutexGuard};

use jaeger_exporter::ReporterStats;
use loom::{model::Builder, thread};
use queue::{Chunk, Job, Limits, Queue};
use sync::Duration;

/// Bytes of a span, each of which is its number.
const SPAN: usize = 8;
const CHUNK: usize = 2 * SPAN;
/// As many as there are for one core.
const SHARDS: usize = 2;
const INTERVAL: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(30);

/// A queue and what is known of it from outside. Nothing here but the queue is a step at which loom changes threads, so that what is
/// noted right after a step of the queue is noted together with it.
struct Model {
    queue: Queue,
    queue_bytes: usize,
    /// Bytes of a message, at most.
    room: usize,
    stats: Arc<ReporterStats>,
    seen: Mutex<Seen>,
    /// Whoever waits for spans to be sent waits here. A step too, but only if there is somebody.
    sent: Option<(sync::Mutex<usize>, sync::Condvar)>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Numbers of spans, in the order in which they were written, pushed completely, and sent.
    written: Vec<u8>,
    pushed: Vec<u8>,
    sent: Vec<u8>,
    /// Spans that the worker has in hand.
    in_hand: usize,
    is_closing: bool,
}

// === impl Model ===

impl Model {
    /// A queue of so many spans, and a sender with room for two chunks.
    fn new(queue_spans: usize) -> Arc<Self> {
        Arc::new(Self::start(queue_spans))
    }

    /// One whose worker takes one chunk after the other.
    fn slow(queue_spans: usize) -> Arc<Self> {
        Arc::new(Self { room: CHUNK, ..Self::start(queue_spans) })
    }

    fn watched(self: Arc<Self>) -> Arc<Self> {
        let model = Arc::into_inner(self).unwrap();
        Arc::new(Self { sent: Some((sync::Mutex::default(), sync::Condvar::new())), ..model })
    }

    fn start(queue_spans: usize) -> Self {
        let stats = Arc::<ReporterStats>::default();
        let queue_bytes = queue_spans * SPAN;
        let limits = Limits { chunk: CHUNK, queue: queue_bytes, spans: None, flush_interval: INTERVAL };
        Self {
            queue: Queue::new(limits, Arc::clone(&stats)),
            queue_bytes,
            room: 2 * CHUNK,
            stats,
            seen: Mutex::default(),
            sent: None,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn push(&self, span: u8) {
        self.push_bytes(span, SPAN);
    }

    fn push_bytes(&self, span: u8, bytes: usize) {
        self.queue.push(|out| {
            out.resize(out.len() + bytes, span);
            self.seen().written.push(span);
        });
        self.seen().pushed.push(span);
        self.check_bound();
    }

    /// A thread that ends these spans, in this shard.
    fn producer(
        self: &Arc<Self>,
        shard: usize,
        spans: impl IntoIterator<Item = u8>,
    ) -> thread::JoinHandle<()> {
        let (model, spans) = (Arc::clone(self), spans.into_iter().collect::<Vec<_>>());
        thread::spawn(move || {
            sync::enter_shard(shard);
            for span in spans {
                model.push(span);
            }
        })
    }

    /// The queue's documented bound: beside its own bytes two chunks for each shard, one being filled and one taken by a flush. When
    /// the shards are closed the first join the others.
    fn check_bound(&self) {
        let (seen, stats) = (self.seen(), &self.stats);
        let full = stats.queued() as usize - seen.in_hand;
        let settled = (stats.sent() + stats.failed() + stats.dropped_queue_full()) as usize;
        let all = seen.written.len() - settled - seen.in_hand;
        let beside = SHARDS * CHUNK;
        assert!(all * SPAN <= self.queue_bytes + 2 * beside, "{all}: {stats:?}");
        assert!(seen.is_closing || full * SPAN <= self.queue_bytes + beside, "{full}: {stats:?}");
    }

    fn worker(self: &Arc<Self>) -> thread::JoinHandle<()> {
        let model = Arc::clone(self);
        thread::spawn(move || model.work(usize::MAX))
    }

    /// What `worker.rs` does, up to so many jobs.
    fn work(&self, jobs: usize) {
        for _ in 0..jobs {
            match self.queue.next_job() {
                Job::Send(mut chunk) => {
                    self.take(&chunk);
                    while let Some(more) = self.queue.next_full(self.room.saturating_sub(chunk.bytes.len())) {
                        self.take(&more);
                        chunk.bytes.extend_from_slice(&more.bytes);
                        chunk.spans += more.spans;
                        self.queue.give_back(more.bytes);
                    }
                    self.send(&chunk);
                    self.queue.give_back(chunk.bytes);
                }
                Job::Tick => self.check_bound(),
                Job::Flushed => self.queue.flushed(),
                Job::Stop => break,
            }
        }
        // `Inner::stopped`.
        self.fail_queued();
        self.queue.stopped();
    }

    fn take(&self, chunk: &Chunk) {
        assert_eq!(chunk.bytes.len(), chunk.spans * SPAN);
        self.check_bound();
        self.seen().in_hand += chunk.spans;
    }

    fn send(&self, chunk: &Chunk) {
        // That takes time.
        sync::pass(INTERVAL);
        let mut seen = self.seen();
        seen.in_hand -= chunk.spans;
        for span in chunk.bytes.chunks(SPAN) {
            assert!(span.iter().all(|byte| *byte == span[0]), "{span:?}");
            seen.sent.push(span[0]);
        }
        drop(seen);
        self.stats.queued_to_sent(chunk.spans);
        if let Some((sent, more_sent)) = &self.sent {
            *sent.lock().unwrap() += chunk.spans;
            more_sent.notify_one();
        }
    }

    fn fail_queued(&self) {
        self.seen().is_closing = true;
        let spans = self.queue.abandon();
        self.stats.queued_to_failed(spans, "abandoned".to_owned());
    }

    /// Waits until so many spans are sent, however long that takes.
    fn wait_sent(&self, spans: usize) {
        let (sent, more_sent) = self.sent.as_ref().unwrap();
        drop(more_sent.wait_timeout_while(sent.lock().unwrap(), LONG, |sent| *sent < spans).unwrap());
    }

    /// A flush, after which everything is sent that was pushed before it, but for what is counted as lost.
    fn flush(&self) -> bool {
        let before = self.seen().pushed.clone();
        let Some(ticket) = self.queue.request_flush() else { return false };
        let is_done = self.queue.wait_flushed(ticket, LONG);
        assert!(is_done);
        let missing = before.iter().filter(|span| !self.seen().sent.contains(span)).count();
        assert!(
            missing as u64 <= self.stats.lost(),
            "{missing} of {before:?}: {:?} {:?}",
            self.stats,
            self.seen()
        );
        is_done
    }

    /// `Inner::shutdown`.
    fn shutdown(&self, timeout: Duration) -> bool {
        self.seen().is_closing = true;
        if !self.queue.request_stop() {
            return false;
        }
        let is_stopped = self.queue.wait_stopped(timeout);
        if !is_stopped {
            self.fail_queued();
        }
        is_stopped
    }

    /// When all threads have ended: each span is counted once, and those sent are sent once.
    fn check_end(&self, pushed: usize) {
        let mut seen = self.seen();
        assert_eq!(
            (seen.pushed.len(), seen.in_hand, self.stats.queued()),
            (pushed, 0, 0),
            "{:?}",
            self.stats
        );
        assert_eq!(self.stats.sent() + self.stats.lost(), pushed as u64, "{:?} {seen:?}", self.stats);
        assert_eq!(seen.sent.len() as u64, self.stats.sent(), "{seen:?}");
        seen.sent.sort_unstable();
        assert!(seen.sent.is_sorted_by(|one, next| one < next), "{seen:?}");
    }
}

/// Runs a model in each order, with so many of the worker's waits ending in time.
fn check(timeouts: usize, run: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(1);
    builder.max_branches = 5_000;
    builder.check(move || {
        sync::start(timeouts);
        run();
    });
}

fn join(threads: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn spans_of_one_shard_and_of_two_are_all_sent() {
    for shards in [[0, 0], [0, 1]] {
        check(0, move || {
            let model = Model::new(100);
            let worker = model.worker();
            let producers = [model.producer(shards[0], 0..3), model.producer(shards[1], 3..6)];
            join(producers);
            assert!(model.shutdown(LONG));
            join([worker]);
            assert_eq!(model.seen().sent.len(), 6);
            model.check_end(6);
        });
    }
}

#[test]
fn what_does_not_fit_is_dropped_and_counted() {
    // Not even one chunk fits; one; two.
    for queue_spans in [1, 2, 4] {
        check(1, move || {
            let model = Model::new(queue_spans);
            let worker = model.worker();
            let producer = model.producer(1, 0..5);
            (5..10).for_each(|span| model.push(span));
            assert!(model.shutdown(LONG));
            join([worker, producer]);
            model.check_end(10);
        });
    }
}

#[test]
fn full_chunks_are_sent_at_once_when_there_are_enough_of_them() {
    check(0, || {
        let model = Model::new(8).watched();
        let worker = model.worker();
        let producer = model.producer(0, 0..3);
        model.wait_sent(2);
        assert!(model.shutdown(LONG));
        join([worker, producer]);
        model.check_end(3);
    });
}

#[test]
fn spans_are_sent_after_the_flush_interval_though_nobody_asks() {
    for shards in [[0, 0], [0, 1]] {
        check(usize::MAX, move || {
            let model = Model::new(100).watched();
            let worker = model.worker();
            let producers = [model.producer(shards[0], 0..2), model.producer(shards[1], 2..4)];
            model.wait_sent(4);
            assert!(model.shutdown(LONG));
            join(producers);
            join([worker]);
            model.check_end(4);
        });
    }
}

/// With one thread that goes from shard to shard: that takes the fewest preemptions.
fn push_into_both_shards(model: &Model, spans: std::ops::Range<u8>) {
    let half = spans.start + (spans.end - spans.start) / 2;
    for (shard, spans) in [(0, spans.start..half), (1, half..spans.end)] {
        sync::enter_shard(shard);
        spans.for_each(|span| model.push(span));
    }
}

#[test]
fn what_had_no_room_at_the_end_of_an_interval_is_sent_after_the_next() {
    check(usize::MAX, || {
        let model = Model::slow(0).watched();
        let worker = model.worker();
        push_into_both_shards(&model, 0..4);
        push_into_both_shards(&model, 4..8);
        model.wait_sent(8 - model.stats.dropped_queue_full() as usize);
        assert!(model.shutdown(LONG));
        join([worker]);
        model.check_end(8);
    });
}

#[test]
fn what_had_no_room_when_it_was_flushed_is_sent_by_the_flush() {
    check(0, || {
        let model = Model::slow(0);
        let worker = model.worker();
        push_into_both_shards(&model, 0..4);
        model.queue.request_flush().unwrap();
        push_into_both_shards(&model, 4..8);
        assert!(model.flush());
        assert!(model.shutdown(LONG));
        join([worker]);
        model.check_end(8);
    });
}

#[test]
fn a_flush_sends_what_was_pushed_before_it() {
    for (timeouts, queue_spans) in [(0, 100), (1, 100), (0, 1), (1, 2)] {
        check(timeouts, move || {
            let model = Model::new(queue_spans);
            let worker = model.worker();
            let producer = model.producer(1, 0..3);
            (3..6).for_each(|span| model.push(span));
            assert!(model.flush());
            model.push(6);
            assert!(model.flush());
            assert!(model.shutdown(LONG));
            assert!(!model.flush());
            join([worker, producer]);
            model.check_end(7);
        });
    }
}

#[test]
fn two_flushes_at_once_both_end() {
    for queue_spans in [0, 2] {
        check(0, move || {
            let model = Model::slow(queue_spans);
            let worker = model.worker();
            let flusher = {
                let model = Arc::clone(&model);
                thread::spawn(move || {
                    sync::enter_shard(1);
                    (0..2).for_each(|span| model.push(span));
                    assert!(model.flush());
                })
            };
            (2..6).for_each(|span| model.push(span));
            assert!(model.flush());
            join([flusher]);
            assert!(model.shutdown(LONG));
            join([worker]);
            model.check_end(6);
        });
    }
}

#[test]
fn a_span_that_never_fits_is_dropped_and_does_not_hold_up_a_flush() {
    check(1, || {
        let model = Model::new(1);
        let worker = model.worker();
        model.push_bytes(0, SPAN + SHARDS * CHUNK + 1);
        assert!(model.flush());
        assert_eq!(model.stats.dropped_queue_full(), 1);
        model.push(1);
        assert!(model.shutdown(LONG));
        join([worker]);
        model.check_end(2);
        assert_eq!(model.seen().sent, [1]);
    });
}

#[test]
fn a_flush_ends_with_a_shutdown_beside_it() {
    for timeout in [LONG, Duration::ZERO] {
        check(0, move || {
            let model = Model::new(2);
            let worker = model.worker();
            let flusher = {
                let model = Arc::clone(&model);
                thread::spawn(move || {
                    sync::enter_shard(1);
                    (0..3).for_each(|span| model.push(span));
                    model.flush();
                })
            };
            (3..6).for_each(|span| model.push(span));
            model.shutdown(timeout);
            join([flusher, worker]);
            model.check_end(6);
        });
    }
}

#[test]
fn a_shutdown_without_time_leaves_nothing_uncounted() {
    for (timeouts, shard) in [(0, 0), (0, 1), (1, 1)] {
        check(timeouts, move || {
            let model = Model::new(2);
            let worker = model.worker();
            let producer = model.producer(shard, 0..4);
            (4..7).for_each(|span| model.push(span));
            model.shutdown(Duration::ZERO);
            assert!(!model.shutdown(Duration::ZERO));
            join([worker, producer]);
            model.check_end(7);
        });
    }
}

#[test]
fn a_worker_that_dies_leaves_nothing_uncounted_and_nobody_waiting() {
    for jobs in [0, 1, 2] {
        check(1, move || {
            let model = Model::new(2);
            let worker = {
                let model = Arc::clone(&model);
                thread::spawn(move || model.work(jobs))
            };
            let producer = model.producer(1, 0..3);
            (3..6).for_each(|span| model.push(span));
            model.flush();
            join([worker, producer]);
            assert!(!model.flush());
            model.check_end(6);
        });
    }
}

#[test]
fn a_stop_ends_the_wait_before_another_attempt() {
    check(0, || {
        let model = Model::new(100);
        let waiting = Arc::clone(&model);
        let waiter = thread::spawn(move || _ = waiting.queue.wait_to_retry(LONG));
        assert!(model.queue.request_stop());
        join([waiter]);
        assert!(!model.queue.wait_to_retry(LONG));
    });
}
