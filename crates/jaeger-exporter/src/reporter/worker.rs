//! The thread that exports.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use futures_executor::block_on;
use opentelemetry::Context;
use opentelemetry_sdk::{error::OTelSdkResult, trace::SpanExporter};

use super::{
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

pub(super) type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// Whether exports succeed; tells when that changes.
pub(super) struct Health {
    failing: bool,
    on_change: OnChange,
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
                    let told = result.clone();
                    match result {
                        Ok(()) => self.stats.queued_to_sent(spans),
                        Err(error) => self.stats.queued_to_failed(spans, error),
                    }
                    self.queue.finished(spans);
                    // The user's comes last, and may panic.
                    let told =
                        AssertUnwindSafe(|| self.health.note(told.as_ref().map_err(String::as_str).copied()));
                    if let Err(panic) = catch_unwind(told) {
                        self.stats.set_last_error(format!("the callback panicked: {}", message(&*panic)));
                    }
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
        Err(panic) => Err(format!("the exporter panicked: {}", message(&*panic))),
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
    pub(super) fn new(on_change: OnChange) -> Self {
        Self { failing: false, on_change }
    }

    fn note(&mut self, result: Result<(), &str>) {
        if result.is_err() != self.failing {
            self.failing = result.is_err();
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
