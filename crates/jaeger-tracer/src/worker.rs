//! The thread that sends.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use jaeger_exporter::{Backoff, BatchSender, ExportStats, Health, ReporterStats, panic_message};
use opentelemetry::Context;

use crate::{
    ids,
    provider::Inner,
    queue::{Chunk, Job},
};

/// Everything the thread owns.
pub(crate) struct Worker {
    pub(crate) sender: BatchSender,
    pub(crate) inner: Arc<Inner>,
    /// Which lane it is for, unless it is the first.
    pub(crate) further: Option<usize>,
    pub(crate) stats: Arc<ReporterStats>,
    /// The sender's own counters.
    pub(crate) export: Arc<ExportStats>,
    pub(crate) health: Health,
}

/// Tells the waiting threads that nobody works for them any more, however the thread ends.
struct StoppedOnDrop(Arc<Inner>, Option<usize>);

// === impl Worker ===

impl Worker {
    pub(crate) fn run(mut self) {
        let inner = Arc::clone(&self.inner);
        let queue = &inner.lane(self.further).queue;
        let _stopped = StoppedOnDrop(Arc::clone(&inner), self.further);
        // A transport that is itself instrumented must not make spans of sending spans.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let room = self.sender.room();
        loop {
            match queue.next_job() {
                Job::Send(chunk) => {
                    let mut left = room.saturating_sub(chunk.bytes.len());
                    let mut chunks = vec![chunk];
                    // Several small messages cost more than a large one.
                    while let Some(more) = queue.next_full(left) {
                        left = left.saturating_sub(more.bytes.len());
                        chunks.push(more);
                    }
                    self.send(&chunks);
                    chunks.into_iter().for_each(|chunk| queue.give_back(chunk.bytes));
                }
                Job::Tick => {
                    inner.clock().adjust();
                    inner.priorities().forget_old();
                }
                Job::Flushed => queue.flushed(),
                Job::Stop => return,
            }
        }
    }

    fn send(&mut self, chunks: &[Chunk]) {
        let too_large = self.export.too_large();
        let spans = chunks.iter().map(|chunk| chunk.spans).sum();
        let parts: Vec<&[u8]> = chunks.iter().map(|chunk| &*chunk.bytes).collect();
        let sending = AssertUnwindSafe(|| self.send_at_last(&parts, spans));
        let result = match catch_unwind(sending) {
            Ok(result) => result,
            Err(panic) => {
                let error = format!("sending panicked: {}", panic_message(&*panic));
                self.sender.give_up_because(spans, error.clone());
                Err(error)
            }
        };
        // A span that alone is too large is no error of the message that it was alone in.
        let too_large = usize::try_from(self.export.too_large() - too_large).unwrap_or(usize::MAX);
        let too_large = too_large.min(spans);
        if too_large > 0 {
            self.stats.queued_to_failed(too_large, self.export.last_error().unwrap_or_default());
        }
        self.health.settle(&self.stats, spans - too_large, &result);
    }

    /// Tries again where that may help. Once the provider is to stop, the next attempt is the last: who waits for that should not wait
    /// for a collector that is not there. One that was under way before is none of that: it may have waited for long.
    fn send_at_last(&mut self, parts: &[&[u8]], spans: usize) -> Result<(), String> {
        let mut backoff = Backoff::default();
        loop {
            let is_last = !self.inner.is_running();
            let Err(error) = self.sender.try_to_send(parts, spans) else { return Ok(()) };
            let may_retry = self.sender.is_acknowledged();
            let pause = if may_retry { backoff.pause(&error, ids::random()) } else { None };
            let text = error.to_string();
            if let Some(pause) = pause {
                self.health.postpone(&self.stats, &text);
                if self.inner.lane(self.further).queue.wait_to_retry(pause) || !is_last {
                    // No tick comes meanwhile.
                    self.inner.clock().adjust();
                    continue;
                }
            }
            self.sender.give_up(spans, &error);
            return Err(text);
        }
    }
}

// === impl StoppedOnDrop ===

impl Drop for StoppedOnDrop {
    fn drop(&mut self) {
        self.0.stopped(self.1);
    }
}
