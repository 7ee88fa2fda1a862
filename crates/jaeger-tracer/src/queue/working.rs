//! The worker's side of the queue.

use super::{Chunk, Control, Job, Queue, lock};
use crate::sync::{Duration, Instant, Ordering, PoisonError};

// === impl Queue ===

impl Queue {
    /// What the worker does next; waits until there is something to do.
    pub(crate) fn next_job(&self) -> Job {
        let mut control = lock(&self.control);
        loop {
            let now = Instant::now();
            if control.end_flush() {
                return Job::Flushed;
            }
            if control.flush_wanted > control.flush_sealed {
                let wanted = control.flush_wanted;
                drop(control);
                let is_sealed = self.seal(false);
                control = lock(&self.control);
                if is_sealed {
                    control.flush_sealed = wanted;
                    control.note_flush(wanted);
                } else if let Some(chunk) = self.take(&mut control) {
                    // Makes room for what is still open.
                    return Job::Send(chunk);
                }
            } else if control.due_at.is_some_and(|due_at| due_at <= now) {
                control.due_at = None;
                drop(control);
                // First: a span that comes meanwhile says so again.
                self.is_due.store(false, Ordering::Release);
                if !self.seal(false) {
                    self.set_due();
                }
                return Job::Tick;
            } else if let Some(chunk) = self.take(&mut control) {
                return Job::Send(chunk);
            } else if control.is_closed {
                return Job::Stop;
            } else if let Some(due_at) = control.due_at {
                let left = due_at.saturating_duration_since(now);
                control.is_waiting = true;
                control = self.work.wait_timeout(control, left).unwrap_or_else(PoisonError::into_inner).0;
                control.is_waiting = false;
            } else {
                // An idle program is not woken up.
                control.is_waiting = true;
                control = self.work.wait(control).unwrap_or_else(PoisonError::into_inner);
                control.is_waiting = false;
            }
        }
    }

    /// Waits before another attempt to send; no longer than until somebody wants a flush, or the queue is to stop. `false` if it is to
    /// stop already.
    pub(crate) fn wait_to_retry(&self, pause: Duration) -> bool {
        let until = Instant::now().checked_add(pause);
        let mut control = lock(&self.control);
        if control.is_stopping {
            return false;
        }
        let flush_wanted = control.flush_wanted;
        let is_quiet = |control: &Control| !control.is_stopping && control.flush_wanted == flush_wanted;
        while let Some(until) = until.filter(|_| is_quiet(&control)) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            control.is_waiting = true;
            control = self.work.wait_timeout(control, left).unwrap_or_else(PoisonError::into_inner).0;
            control.is_waiting = false;
        }
        true
    }

    /// A further chunk that is there already and is no larger.
    pub(crate) fn next_full(&self, max_bytes: usize) -> Option<Chunk> {
        let mut control = lock(&self.control);
        if control.full.front()?.bytes.len() > max_bytes {
            return None;
        }
        self.take(&mut control)
    }

    /// Keeps the buffers of sent chunks, as many as are usually in use.
    pub(crate) fn give_back(&self, mut bytes: Vec<u8>) {
        bytes.clear();
        let is_usual = bytes.capacity() <= Chunk::most_bytes(self.limits.chunk);
        let mut control = lock(&self.control);
        if is_usual
            && control.spare.len() < self.shards.len() + self.limits.wake_bytes() / self.limits.chunk.max(1)
        {
            control.spare.push(bytes);
        }
    }

    /// Tells who waits that a flush has been done.
    pub(crate) fn flushed(&self) {
        // It was done under the lock: whoever has looked before is waiting now.
        self.progress.notify_all();
    }

    pub(crate) fn stopped(&self) {
        let mut control = lock(&self.control);
        control.is_stopping = true;
        control.is_closed = true;
        control.is_stopped = true;
        control.spare = Vec::new();
        drop(control);
        self.progress.notify_all();
    }

    /// The next full chunk, which waits no longer.
    fn take(&self, control: &mut Control) -> Option<Chunk> {
        let chunk = control.take()?;
        self.leave(chunk.spans);
        Some(chunk)
    }
}
