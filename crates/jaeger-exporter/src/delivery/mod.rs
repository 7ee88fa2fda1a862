//! Messages of the SDK's exporter on their way, and those that wait to be sent again.
//!
//! The exporter's caller does not wait for a collector that is not there: what could not be sent goes into a buffer that is bounded in
//! bytes, and a thread that lives as long as something is in there tries again. Meanwhile what is exported joins the buffer, so that
//! the order stays.

mod buffer;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use self::buffer::{Buffer, Message};
use crate::{
    backoff::Backoff,
    error::{FailureCause, SendError},
    reporter::{Health, OnChange, panic_message},
    sender::BatchSender,
    stats::ExportStats,
};

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-retry";

pub(crate) struct Delivery {
    /// Locked while a message is on its way.
    sender: Mutex<BatchSender>,
    /// Never locked for long, and locked after the sender if both are.
    buffer: Mutex<Buffer>,
    changed: Condvar,
    /// Of its own, because it calls the user, who may take his time and call back.
    health: Mutex<Health>,
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
        let (stats, health) = (sender.stats(), Mutex::new(Health::new(Box::new(|_| {}))));
        Self { sender: Mutex::new(sender), buffer: Mutex::default(), changed: Condvar::new(), health, stats }
    }

    pub(crate) fn sender(&self) -> MutexGuard<'_, BatchSender> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_max_bytes(&self, bytes: usize) {
        self.buffer().max_bytes = bytes;
    }

    pub(crate) fn set_on_change(&self, on_change: OnChange) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Health::new(on_change);
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
        let Err(error) = sender.try_to_send(&[spans], count) else {
            drop(sender);
            self.tell(Ok(()));
            return Ok(());
        };
        let text = error.to_string();
        let mut buffer = self.buffer();
        let is_kept = sender.is_acknowledged() && error.is_temporary() && buffer.max_bytes > 0;
        let result = if !is_kept || buffer.is_stopping {
            sender.give_up(count, &error);
            Err(text.clone())
        } else {
            buffer.note(&error);
            self.stats.set_last_error(text.clone());
            self.keep(&mut buffer, spans, count).and_then(|()| self.start(&mut buffer, &error))
        };
        drop((buffer, sender));
        self.tell(Err(&text));
        result
    }

    /// Has what waits be sent without a pause, up to the first attempt that fails, and says whether all of it was.
    pub(crate) fn flush(&self) -> bool {
        let failed_before = self.stats.failed();
        let mut buffer = self.buffer();
        buffer.flush_wanted += 1;
        let ticket = buffer.flush_wanted;
        self.changed.notify_all();
        while buffer.is_retrying && buffer.flush_done < ticket {
            buffer = self.changed.wait(buffer).unwrap_or_else(PoisonError::into_inner);
        }
        !buffer.is_retrying && self.stats.failed() == failed_before
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
            let sending = AssertUnwindSafe(|| self.sender().try_to_send(&[spans], *count));
            let result = catch_unwind(sending);
            let result = result.map_err(|panic| format!("sending panicked: {}", panic_message(&*panic)));
            let (next, told) = self.settle(attempt, result, &mut backoff);
            pause = next;
            self.tell(told.as_deref().map_or(Ok(()), Err));
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

    /// What becomes of a message after an attempt: how long it is until the next one, and what has failed.
    fn settle(
        &self,
        Attempt { message, flush, is_last }: Attempt,
        result: Result<Result<(), SendError>, String>,
        backoff: &mut Backoff,
    ) -> (Duration, Option<String>) {
        let mut buffer = self.buffer();
        let pause = match result {
            Ok(Ok(())) => {
                buffer.leave(&message, &self.stats);
                *backoff = Backoff::default();
                return (Duration::ZERO, None);
            }
            Ok(Err(error)) => {
                buffer.note(&error);
                // Who refuses this message may take the others; else they would not get through either.
                let is_over = is_last && (error.is_temporary() || error.cause() != FailureCause::Rejected);
                let pause = backoff.pause(&error, random()).filter(|_| !is_over);
                pause.ok_or(is_over)
            }
            Err(panic) => {
                buffer.note_panic(panic);
                Err(is_last)
            }
        };
        let error = buffer.error().to_owned();
        self.stats.set_last_error(error.clone());
        // Whoever waits for a flush does not wait for one message after the other that nobody answers.
        buffer.flush_done = flush;
        self.changed.notify_all();
        let pause = match pause {
            Ok(pause) => {
                buffer.messages.push_front(message);
                pause
            }
            Err(is_over) => {
                buffer.give_up(&message, &self.stats);
                if is_over {
                    buffer.give_up_all(&self.stats);
                }
                *backoff = Backoff::default();
                Duration::ZERO
            }
        };
        (pause, Some(error))
    }

    fn tell(&self, result: Result<(), &str>) {
        let told = self.health.lock().unwrap_or_else(PoisonError::into_inner).tell(result);
        if let Err(panic) = told {
            self.stats.set_last_error(panic);
        }
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
