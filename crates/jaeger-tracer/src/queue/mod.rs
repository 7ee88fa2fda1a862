//! The queue between the threads that end spans and the one that sends them: encoded spans, bounded in bytes.
//!
//! ```text
//! end ─▶ open chunk of a shard ─▶ full chunks ─▶ worker
//! ```
//!
//! A span is appended to the chunk of its thread's shard, so that threads do not meet in one place. The worker is woken when there
//! are several full chunks, and once in each flush interval in which there was a span; never for the spans in between.

mod chunk;
mod control;
mod span_limit;
mod working;

use std::mem;

use jaeger_exporter::ReporterStats;

pub(crate) use self::chunk::Chunk;
use self::{control::Control, span_limit::SpanLimit};
use crate::sync::{
    Arc, AtomicBool, Condvar, Duration, Instant, Mutex, MutexGuard, Ordering, PoisonError, parallelism,
    shard_of_thread,
};

#[derive(Debug)]
pub(crate) struct Queue {
    shards: Box<[Shard]>,
    control: Mutex<Control>,
    /// Wakes the worker.
    work: Condvar,
    /// Wakes who waits for the worker.
    progress: Condvar,
    /// Whether the worker knows that there are spans in open chunks, and will come for them.
    is_due: AtomicBool,
    limits: Limits,
    span_limit: Option<SpanLimit>,
    stats: Arc<ReporterStats>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a full chunk, at most.
    pub(crate) chunk: usize,
    /// Bytes of all full chunks together, at most.
    pub(crate) queue: usize,
    /// Spans that wait, at most, whether or not their chunks are full.
    pub(crate) spans: Option<usize>,
    pub(crate) flush_interval: Duration,
}

/// So many bytes of full chunks are worth waking the worker for before its time: to be woken costs a thread that ends spans as
/// much as it takes to end ten.
const WAKE_BYTES: usize = 1024 * 1024;

/// What the worker has to do next.
#[derive(Debug)]
pub(crate) enum Job {
    Send(Chunk),
    /// The flush interval is over.
    Tick,
    /// Everything that was there when it was asked for has been sent.
    Flushed,
    /// Everything has been sent, and nothing comes any more.
    Stop,
}

/// On cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    chunk: Chunk,
    is_closed: bool,
}

// === impl Limits ===

impl Limits {
    /// Much less than there is room for.
    fn wake_bytes(self) -> usize {
        WAKE_BYTES.min(self.queue / 8)
    }
}

// === impl Queue ===

impl Queue {
    pub(crate) fn new(limits: Limits, stats: Arc<ReporterStats>) -> Self {
        // More than cores, so that two threads seldom have the same.
        let shards = (2 * parallelism()).next_power_of_two().min(64);
        Self {
            shards: (0..shards).map(|_| Shard::default()).collect(),
            control: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
            is_due: AtomicBool::new(false),
            limits,
            span_limit: limits.spans.map(SpanLimit::new),
            stats,
        }
    }

    /// Appends one span, which `write` encodes; never waits for the worker.
    pub(crate) fn push(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let Some(shard) = self.shards.get(shard_of_thread() & (self.shards.len() - 1)) else { return };
        let mut open = lock(&shard.0);
        if open.is_closed {
            drop(open);
            return self.stats.add_dropped_after_shutdown(1);
        }
        if self.span_limit.as_ref().is_some_and(|limit| !limit.enter()) {
            drop(open);
            return self.stats.add_dropped_queue_full(1);
        }
        open.chunk.reserve(self.limits.chunk);
        let start = open.chunk.bytes.len();
        write(&mut open.chunk.bytes);
        open.chunk.spans += 1;
        if open.chunk.bytes.len() > self.limits.chunk {
            let full = open.chunk.split_last(start, self.spare(), self.limits.chunk);
            // Within the lock: who closes the shard must not come in between.
            if full.spans > 0
                && let Err(full) = self.put(full, self.limits.queue)
            {
                self.drop_full(full.spans);
                self.give_back(full.bytes);
            }
        }
        drop(open);
        if !self.is_due.load(Ordering::Relaxed) {
            self.set_due();
        }
    }

    fn drop_full(&self, spans: usize) {
        self.leave(spans);
        self.stats.add_dropped_queue_full(spans);
    }

    /// So many spans wait no longer.
    fn leave(&self, spans: usize) {
        if let Some(limit) = &self.span_limit {
            limit.leave(spans);
        }
    }

    /// Has the worker look for open chunks when the flush interval is over.
    fn set_due(&self) {
        if !self.is_due.swap(true, Ordering::AcqRel) {
            let mut control = lock(&self.control);
            control.due_at = Instant::now().checked_add(self.limits.flush_interval);
            self.wake(control);
        }
    }

    /// Whether the worker is going to look for spans soon.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due.load(Ordering::Relaxed)
    }

    fn spare(&self) -> Vec<u8> {
        lock(&self.control).spare.pop().unwrap_or_default()
    }

    /// Puts a chunk among the full ones, if there is room. A small one joins the last, so that the list is not longer than its bytes
    /// ask for; then its buffer is returned.
    fn put(&self, mut chunk: Chunk, max_bytes: usize) -> Result<Option<Vec<u8>>, Chunk> {
        let mut control = lock(&self.control);
        if control.full_bytes.saturating_add(chunk.bytes.len()) > max_bytes {
            return Err(chunk);
        }
        self.stats.add_queued(chunk.spans);
        let buffer = if control.join_last(&chunk, self.limits.chunk) {
            chunk.bytes.clear();
            Some(chunk.bytes)
        } else {
            control.put(chunk);
            None
        };
        if control.full_bytes >= self.limits.wake_bytes() {
            self.wake(control);
        }
        Ok(buffer)
    }

    /// Wakes the worker, if it waits; it looks at everything before it does.
    fn wake(&self, mut control: MutexGuard<'_, Control>) {
        let is_waiting = mem::take(&mut control.is_waiting);
        drop(control);
        if is_waiting {
            self.work.notify_one();
        }
    }

    /// Takes what is in open chunks; `false` if there is no room for all of it, and some stay open. Their own room is beside that of
    /// the chunks that are full already. When the shards are closed there is always room: nothing comes after that.
    fn seal(&self, close: bool) -> bool {
        let beside = self.shards.len().saturating_mul(self.limits.chunk);
        let max_bytes = if close { usize::MAX } else { self.limits.queue.saturating_add(beside) };
        let mut is_all = true;
        for shard in &self.shards {
            let mut open = lock(&shard.0);
            open.is_closed |= close;
            if open.chunk.spans == 0 {
                continue;
            }
            match self.put(mem::take(&mut open.chunk), max_bytes) {
                Ok(_) if close => {}
                Ok(buffer) => open.chunk.bytes = buffer.unwrap_or_else(|| self.spare()),
                // A span so large that it would not fit if there were no other: nobody may wait for that.
                Err(chunk) if chunk.bytes.len() > max_bytes => self.drop_full(chunk.spans),
                Err(chunk) => {
                    open.chunk = chunk;
                    is_all = false;
                }
            }
        }
        is_all
    }

    /// Asks for everything that has ended so far to be sent. Returns the number to wait for, `None` when stopping.
    pub(crate) fn request_flush(&self) -> Option<u64> {
        let mut control = lock(&self.control);
        if control.is_stopping {
            return None;
        }
        control.flush_wanted += 1;
        let ticket = control.flush_wanted;
        self.wake(control);
        Some(ticket)
    }

    /// Whether the flush was done in time.
    pub(crate) fn wait_flushed(&self, ticket: u64, timeout: Duration) -> bool {
        self.wait_until(timeout, |control| control.is_stopped || control.flush_done >= ticket)
    }

    /// Takes no more spans from now on. `false` if that was so already.
    pub(crate) fn request_stop(&self) -> bool {
        let mut control = lock(&self.control);
        if mem::replace(&mut control.is_stopping, true) {
            return false;
        }
        drop(control);
        self.close();
        true
    }

    /// Closes the shards: what comes from now on is counted as dropped, and what is there is to be sent.
    fn close(&self) {
        self.seal(true);
        let mut control = lock(&self.control);
        control.is_closed = true;
        self.wake(control);
    }

    /// Whether the worker ended in time.
    pub(crate) fn wait_stopped(&self, timeout: Duration) -> bool {
        self.wait_until(timeout, |control| control.is_stopped)
    }

    /// Empties the queue, so that the worker ends after what it is sending; how many spans that cost.
    pub(crate) fn abandon(&self) -> usize {
        self.close();
        let mut control = lock(&self.control);
        control.full_bytes = 0;
        control.taken = control.put;
        let chunks = mem::take(&mut control.full);
        self.wake(control);
        let spans = chunks.iter().map(|chunk| chunk.spans).sum();
        self.leave(spans);
        spans
    }

    fn wait_until(&self, timeout: Duration, done: impl Fn(&Control) -> bool) -> bool {
        let control = lock(&self.control);
        let (control, _) = self
            .progress
            .wait_timeout_while(control, timeout, |control| !done(control))
            .unwrap_or_else(PoisonError::into_inner);
        done(&control)
    }
}

/// A panic elsewhere leaves the state as it was between two statements: usable, at worst off by one span.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
