//! The thread that sends.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use jaeger_exporter::{BatchSender, ExportStats, ReporterStats};
use opentelemetry::Context;

use crate::{
    provider::Inner,
    queue::{Chunk, Job},
};

/// Everything the thread owns.
pub(crate) struct Worker {
    pub(crate) sender: BatchSender,
    pub(crate) inner: Arc<Inner>,
    pub(crate) stats: Arc<ReporterStats>,
    /// The sender's own counters.
    pub(crate) export: Arc<ExportStats>,
    pub(crate) health: Health,
}

pub(crate) type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// Whether sending succeeds; tells when that changes.
pub(crate) struct Health {
    is_failing: bool,
    on_change: OnChange,
}

/// Tells the waiting threads that nobody works for them any more, however the thread ends.
struct StoppedOnDrop(Arc<Inner>);

// === impl Worker ===

impl Worker {
    pub(crate) fn run(mut self) {
        let inner = Arc::clone(&self.inner);
        let queue = inner.queue();
        let _stopped = StoppedOnDrop(Arc::clone(&inner));
        // A transport that is itself instrumented must not make spans of sending spans.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let room = self.sender.room();
        loop {
            match queue.next_job() {
                Job::Send(mut chunk) => {
                    // Several small messages cost more than a large one.
                    while let Some(more) = queue.next_full(room.saturating_sub(chunk.bytes.len())) {
                        chunk.bytes.extend_from_slice(&more.bytes);
                        chunk.spans += more.spans;
                        queue.give_back(more.bytes);
                    }
                    self.send(&chunk);
                    queue.give_back(chunk.bytes);
                }
                Job::Tick => inner.clock().adjust(),
                Job::Flushed => queue.flushed(),
                Job::Stop => return,
            }
        }
    }

    fn send(&mut self, chunk: &Chunk) {
        let too_large = self.export.too_large();
        let sending = AssertUnwindSafe(|| self.sender.send(&chunk.bytes, chunk.spans));
        let result = match catch_unwind(sending) {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(panic) => Err(format!("sending panicked: {}", message(&*panic))),
        };
        // A span that alone is too large is no error of the message that it was alone in.
        let too_large = usize::try_from(self.export.too_large() - too_large).unwrap_or(usize::MAX);
        let told = result.as_ref().map_err(String::clone).copied();
        match result {
            Ok(()) if too_large > 0 => {
                let too_large = too_large.min(chunk.spans);
                self.stats.queued_to_sent(chunk.spans - too_large);
                self.stats.queued_to_failed(too_large, self.export.last_error().unwrap_or_default());
            }
            Ok(()) => self.stats.queued_to_sent(chunk.spans),
            Err(error) => self.stats.queued_to_failed(chunk.spans, error),
        }
        // The user's comes last, and may panic.
        let told = AssertUnwindSafe(|| self.health.note(told.as_ref().map_err(String::as_str).copied()));
        if let Err(panic) = catch_unwind(told) {
            self.stats.set_last_error(format!("the callback panicked: {}", message(&*panic)));
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}

// === impl Health ===

impl Health {
    pub(crate) fn new(on_change: OnChange) -> Self {
        Self { is_failing: false, on_change }
    }

    fn note(&mut self, result: Result<(), &str>) {
        if result.is_err() != self.is_failing {
            self.is_failing = result.is_err();
            (self.on_change)(result);
        }
    }
}

// === impl StoppedOnDrop ===

impl Drop for StoppedOnDrop {
    fn drop(&mut self) {
        self.0.stopped();
    }
}
