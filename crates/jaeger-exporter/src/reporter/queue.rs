//! The queue between the threads that finish spans and the one that exports them.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry_sdk::{Resource, trace::SpanData};

/// Bounded in spans; everything under one lock that is held for a few instructions at a time.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Wakes the worker.
    work: Condvar,
    /// Wakes who waits for the worker.
    progress: Condvar,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) queue_spans: usize,
    pub(super) batch_spans: usize,
    pub(super) flush_interval: Duration,
}

/// What the worker has to do next.
#[derive(Debug)]
pub(super) enum Job {
    SetResource(Resource),
    Export(Vec<SpanData>),
    Flush(u64),
    /// Everything is exported: shut the exporter down within the time that is left.
    Stop(Duration),
}

/// Why a span was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    QueueFull,
    Stopping,
}

#[derive(Debug, Default)]
struct State {
    full: VecDeque<Vec<SpanData>>,
    open: Vec<SpanData>,
    open_since: Option<Instant>,
    /// Spans in `full` and `open`.
    waiting: usize,
    /// Spans taken so far, and how many of them are done with; the queue is first in, first out.
    accepted: u64,
    finished: u64,
    /// Flushes are numbered; a flush is due when the spans accepted before it are finished.
    flush_wanted: u64,
    flush_done: u64,
    flush_target: u64,
    resource: Option<Resource>,
    stopping: bool,
    stop_deadline: Option<Instant>,
    stopped: bool,
}

// === impl Queue ===

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self { state: Mutex::default(), work: Condvar::new(), progress: Condvar::new(), limits }
    }

    /// Takes a span, or refuses it; never waits for the worker.
    pub(super) fn push(&self, span: SpanData) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.stopping {
            return Err(Refused::Stopping);
        }
        if state.waiting >= self.limits.queue_spans {
            return Err(Refused::QueueFull);
        }
        state.waiting += 1;
        state.accepted += 1;
        if state.open.is_empty() {
            state.open_since = Some(Instant::now());
        }
        state.open.push(span);
        let wake = if state.open.len() >= self.limits.batch_spans {
            let batch = state.take_open();
            state.full.push_back(batch);
            true
        } else {
            state.open.len() == 1
        };
        drop(state);
        if wake {
            self.work.notify_one();
        }
        Ok(())
    }

    pub(super) fn set_resource(&self, resource: Resource) {
        self.lock().resource = Some(resource);
        self.work.notify_one();
    }

    /// Asks for everything accepted so far to be exported. Returns the number to wait for, `None` when stopping.
    pub(super) fn request_flush(&self) -> Option<u64> {
        let mut state = self.lock();
        if state.stopping {
            return None;
        }
        state.flush_wanted += 1;
        state.flush_target = state.accepted;
        let ticket = state.flush_wanted;
        drop(state);
        self.work.notify_one();
        Some(ticket)
    }

    /// Whether the flush was done in time.
    pub(super) fn wait_flushed(&self, ticket: u64, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.stopped || state.flush_done >= ticket)
    }

    /// Takes no more spans from now on. `false` if that was so already.
    pub(super) fn request_stop(&self, timeout: Duration) -> bool {
        let mut state = self.lock();
        if mem::replace(&mut state.stopping, true) {
            return false;
        }
        state.stop_deadline = Instant::now().checked_add(timeout);
        drop(state);
        self.work.notify_one();
        true
    }

    /// Whether the worker ended in time.
    pub(super) fn wait_stopped(&self, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.stopped)
    }

    /// Empties the queue, so that the worker ends after the batch it is exporting; how many spans that cost.
    pub(super) fn abandon(&self) -> usize {
        let mut state = self.lock();
        let full = mem::take(&mut state.full);
        let open = state.take_open();
        let spans = mem::take(&mut state.waiting);
        state.finished += spans as u64;
        drop(state);
        self.work.notify_one();
        // Freeing thousands of spans takes a while: not under the lock.
        drop((full, open));
        spans
    }

    /// What the worker does next; waits until there is something to do.
    pub(super) fn next_job(&self) -> Job {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if let Some(job) = state.job(now, self.limits.flush_interval) {
                return job;
            }
            let elapsed = state.open_since.map(|since| now.duration_since(since));
            state = match elapsed {
                Some(elapsed) => {
                    let rest = self.limits.flush_interval.saturating_sub(elapsed);
                    self.work.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0
                }
                // Nothing is queued: an idle program is not woken up.
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    pub(super) fn finished(&self, spans: usize) {
        self.lock().finished += spans as u64;
    }

    pub(super) fn flushed(&self, ticket: u64) {
        self.lock().flush_done = ticket;
        self.progress.notify_all();
    }

    pub(super) fn stopped(&self) {
        let mut state = self.lock();
        state.stopping = true;
        state.stopped = true;
        drop(state);
        self.progress.notify_all();
    }

    fn wait_until(&self, timeout: Duration, done: impl Fn(&State) -> bool) -> bool {
        let state = self.lock();
        let (state, _) = self
            .progress
            .wait_timeout_while(state, timeout, |state| !done(state))
            .unwrap_or_else(PoisonError::into_inner);
        done(&state)
    }

    /// A panic elsewhere leaves the state as it was between two statements: usable, at worst off by one span.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl State ===

impl State {
    fn job(&mut self, now: Instant, flush_interval: Duration) -> Option<Job> {
        if let Some(resource) = self.resource.take() {
            return Some(Job::SetResource(resource));
        }
        let flushing = self.flush_wanted > self.flush_done;
        if flushing && self.finished >= self.flush_target {
            return Some(Job::Flush(self.flush_wanted));
        }
        if let Some(batch) = self.full.pop_front() {
            self.waiting -= batch.len();
            return Some(Job::Export(batch));
        }
        let is_due = |since| now.duration_since(since) >= flush_interval;
        if !self.open.is_empty() && (flushing || self.stopping || self.open_since.is_some_and(is_due)) {
            let batch = self.take_open();
            self.waiting -= batch.len();
            return Some(Job::Export(batch));
        }
        self.stopping.then(|| {
            Job::Stop(
                self.stop_deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(now)),
            )
        })
    }

    /// The next batch starts with the capacity of this one, which spares it to grow step by step.
    fn take_open(&mut self) -> Vec<SpanData> {
        self.open_since = None;
        let capacity = self.open.len();
        mem::replace(&mut self.open, Vec::with_capacity(capacity))
    }
}
