//! The thread that exports.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use futures_executor::block_on;
use opentelemetry::Context;
use opentelemetry_sdk::{error::OTelSdkResult, trace::SpanExporter};

use super::{
    health::{Health, panic_message},
    queue::{Job, Queue},
    stats::ReporterStats,
};

/// Everything the thread owns.
pub(super) struct Worker<E> {
    pub(super) exporter: E,
    pub(super) queue: Arc<Queue>,
    pub(super) stats: Arc<ReporterStats>,
    pub(super) health: Health,
}

/// Tells the waiting threads that nobody works for them any more, however the thread ends.
struct StoppedOnDrop(Arc<Queue>);

// === impl Worker ===

impl<E: SpanExporter> Worker<E> {
    pub(super) fn run(mut self) {
        let _stopped = StoppedOnDrop(Arc::clone(&self.queue));
        // An exporter that is itself instrumented must not make spans of sending spans.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        loop {
            match self.queue.next_job() {
                Job::SetResource(resource) => {
                    self.guarded(|exporter| {
                        exporter.set_resource(&resource);
                        Ok(())
                    });
                }
                Job::Export(batch) => {
                    let spans = batch.len();
                    let result = guard(|| block_on(self.exporter.export(batch)));
                    self.health.settle(&self.stats, spans, &result);
                    self.queue.finished(spans);
                }
                Job::Flush(ticket) => {
                    self.guarded(|exporter| exporter.force_flush());
                    self.queue.flushed(ticket);
                }
                Job::Stop(time_left) => return self.stop(time_left),
            }
        }
    }

    fn stop(mut self, time_left: Duration) {
        self.guarded(|exporter| exporter.shutdown_with_timeout(time_left));
    }

    fn guarded(&mut self, call: impl FnOnce(&mut E) -> OTelSdkResult) {
        if let Err(error) = guard(|| call(&mut self.exporter)) {
            self.stats.set_last_error(error);
        }
    }
}

/// A panic of the exporter is an error like any other: the thread goes on with the next batch.
fn guard(call: impl FnOnce() -> OTelSdkResult) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(opentelemetry_sdk::error::OTelSdkError::InternalFailure(reason))) => Err(reason),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(format!("the exporter panicked: {}", panic_message(&*panic))),
    }
}

// === impl StoppedOnDrop ===

impl Drop for StoppedOnDrop {
    fn drop(&mut self) {
        self.0.stopped();
    }
}
