//! Messages of the SDK's exporter on their way, and those that wait to be sent again.
//!
//! The exporter's caller does not wait for a collector that is not there: what could not be sent goes into a buffer that is bounded in
//! bytes, and a thread that lives as long as something is in there tries again. Meanwhile what is exported joins the buffer, so that
//! the order stays.

mod buffer;

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use self::buffer::{Buffer, Message};
use crate::{
    backoff::Backoff, error::SendError, reporter::OnChange, sender::BatchSender, stats::ExportStats,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-retry";

pub(crate) struct Delivery {
    /// Locked while a message is on its way.
    sender: Mutex<BatchSender>,
    /// Never locked for long, and locked after the sender if both are.
    buffer: Mutex<Buffer>,
    changed: Condvar,
    stats: Arc<ExportStats>,
}

/// A message that is to be sent again now.
struct Attempt {
    message: Message,
    /// The last flush that was wanted before.
    flush: u64,
    /// Whether there is to be none after it.
    is_last: bool,
}

// === impl Delivery ===

impl Delivery {
    pub(crate) fn new(sender: BatchSender) -> Self {
        let stats = sender.stats();
        Self { sender: Mutex::new(sender), buffer: Mutex::default(), changed: Condvar::new(), stats }
    }

    pub(crate) fn sender(&self) -> MutexGuard<'_, BatchSender> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_max_bytes(&self, bytes: usize) {
        self.buffer().max_bytes = bytes;
    }

    pub(crate) fn set_on_change(&self, on_change: OnChange) {
        self.buffer().set_on_change(on_change);
    }

    /// Sends a message, or keeps it to be sent again.
    ///
    /// # Errors
    ///
    /// When neither can be done. Its spans are counted.
    pub(crate) fn deliver(self: &Arc<Self>, spans: &[u8], count: usize) -> Result<(), String> {
        let mut buffer = self.buffer();
        if buffer.is_retrying {
            return self.keep(&mut buffer, spans, count);
        }
        drop(buffer);
        let mut sender = self.sender();
        let Err(error) = sender.try_to_send(&[spans], count) else { return Ok(()) };
        let mut buffer = self.buffer();
        let is_kept = sender.is_acknowledged() && error.is_temporary() && buffer.max_bytes > 0;
        if !is_kept || buffer.is_stopping {
            sender.give_up(count, &error);
            return Err(error.to_string());
        }
        drop(sender);
        buffer.note(&error, &self.stats);
        self.keep(&mut buffer, spans, count)?;
        self.start(&mut buffer, &error)
    }

    /// Has what waits be sent without a pause, and says whether all of it was.
    pub(crate) fn flush(&self) -> bool {
        let mut buffer = self.buffer();
        buffer.flush_wanted += 1;
        let ticket = buffer.flush_wanted;
        self.changed.notify_all();
        while buffer.is_retrying && buffer.flush_done < ticket {
            buffer = self.changed.wait(buffer).unwrap_or_else(PoisonError::into_inner);
        }
        !buffer.is_retrying
    }

    /// Makes a last attempt with what waits, and gives up what has not got through when the time is over. `false` if that is something.
    pub(crate) fn stop(&self, timeout: Duration) -> bool {
        let failed_before = self.stats.failed();
        self.request_stop();
        let waited = self.changed.wait_timeout_while(self.buffer(), timeout, |buffer| buffer.is_retrying);
        let mut buffer = waited.unwrap_or_else(PoisonError::into_inner).0;
        let is_done = !buffer.is_retrying;
        buffer.give_up_all(&self.stats);
        is_done && self.stats.failed() == failed_before
    }

    /// What waits gets a last attempt, and nobody waits for that.
    pub(crate) fn request_stop(&self) {
        self.buffer().is_stopping = true;
        self.changed.notify_all();
    }

    fn keep(&self, buffer: &mut Buffer, spans: &[u8], count: usize) -> Result<(), String> {
        buffer.push(Message { spans: spans.to_vec(), count }, &self.stats)
    }

    /// Starts the thread, unless it is there, after this error.
    fn start(self: &Arc<Self>, buffer: &mut Buffer, error: &SendError) -> Result<(), String> {
        if buffer.is_retrying {
            return Ok(());
        }
        buffer.is_retrying = true;
        let delivery = Arc::clone(self);
        let mut backoff = Backoff::default();
        let pause = backoff.pause(error, random()).unwrap_or_default();
        let thread = thread::Builder::new().name(THREAD_NAME.to_owned());
        let thread = thread.spawn(move || delivery.retry(backoff, pause));
        thread.map(drop).map_err(|error| {
            buffer.is_retrying = false;
            buffer.give_up_all(&self.stats);
            format!("cannot start the thread {THREAD_NAME}: {error}")
        })
    }

    /// What the thread does.
    fn retry(&self, mut backoff: Backoff, mut pause: Duration) {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        while let Some(attempt) = self.next(pause) {
            let Message { spans, count } = &attempt.message;
            let result = self.sender().try_to_send(&[spans], *count);
            pause = self.settle(attempt, result, &mut backoff);
        }
    }

    /// The message that waits longest, after a pause. `None` if there is none any more: then the thread is said to have ended.
    fn next(&self, pause: Duration) -> Option<Attempt> {
        let waits = |buffer: &mut Buffer| !buffer.is_stopping && buffer.flush_wanted == buffer.flush_done;
        let waited = self.changed.wait_timeout_while(self.buffer(), pause, waits);
        let mut buffer = waited.unwrap_or_else(PoisonError::into_inner).0;
        let (flush, is_last) = (buffer.flush_wanted, buffer.is_stopping);
        let message = buffer.messages.pop_front();
        if message.is_none() {
            buffer.is_retrying = false;
            buffer.flush_done = flush;
            self.changed.notify_all();
        }
        Some(Attempt { message: message?, flush, is_last })
    }

    /// What becomes of a message after an attempt, and how long it is until the next one.
    fn settle(
        &self,
        Attempt { message, flush, is_last }: Attempt,
        result: Result<(), SendError>,
        backoff: &mut Backoff,
    ) -> Duration {
        let mut buffer = self.buffer();
        let Err(error) = result else {
            buffer.leave(&message, &self.stats);
            buffer.tell(Ok(()), &self.stats);
            *backoff = Backoff::default();
            return Duration::ZERO;
        };
        buffer.note(&error, &self.stats);
        let is_last = is_last && error.is_temporary();
        if let Some(pause) = backoff.pause(&error, random()).filter(|_| !is_last) {
            buffer.messages.push_front(message);
            buffer.flush_done = flush;
            self.changed.notify_all();
            return pause;
        }
        buffer.give_up(&message, &self.stats);
        if is_last {
            // Nor would the others get through.
            buffer.give_up_all(&self.stats);
        }
        *backoff = Backoff::default();
        Duration::ZERO
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random() -> u64 {
    u64::from_be_bytes(RandomIdGenerator::default().new_span_id().to_bytes())
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("stats", &self.stats).finish_non_exhaustive()
    }
}
