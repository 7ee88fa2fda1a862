//! Spans that stay in the program, for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jaeger_thrift::{Batch, BatchHead, Binary, Process, Span, encode_process, write_batch_frame};

use crate::{
    error::{SendError, SendErrorKind},
    stats::ExportStats,
};

/// Keeps spans as Jaeger would receive them, for a test to look at. Clones keep the same.
///
/// ```
/// use jaeger_exporter::{BatchSender, InMemoryReporter};
/// use opentelemetry::trace::{Tracer, TracerProvider};
///
/// let reporter = InMemoryReporter::new();
/// # use jaeger_exporter::{JaegerExporter, Reporter};
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// let exporter = JaegerExporter::in_memory(reporter.clone());
/// let provider = SdkTracerProvider::builder().with_span_processor(Reporter::new(exporter)).build();
///
/// provider.tracer("test").in_span("work", |_| {});
///
/// provider.force_flush()?;
/// assert_eq!(reporter.spans()[0].operation_name, "work");
/// # Ok::<(), opentelemetry_sdk::error::OTelSdkError>(())
/// ```
///
/// What it has no room for, 100,000 spans, is refused and counted as failed.
#[derive(Clone, Debug, Default)]
pub struct InMemoryReporter {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    process: Process,
    spans: Vec<Span>,
    submitted: u64,
}

/// The sending end.
#[derive(Debug)]
pub(crate) struct InMemory {
    reporter: InMemoryReporter,
    process: Vec<u8>,
}

const MAX_SPANS: usize = 100_000;

// === impl InMemoryReporter ===

impl InMemoryReporter {
    /// One without spans.
    pub fn new() -> Self {
        Self::default()
    }

    /// The spans since the beginning or the last reset, in the order in which they ended on their thread. Flush before.
    pub fn spans(&self) -> Vec<Span> {
        self.held().spans.clone()
    }

    /// How many there are.
    pub fn spans_submitted(&self) -> u64 {
        self.held().submitted
    }

    /// The process that reports them; an unknown service before there has been a span.
    pub fn process(&self) -> Process {
        self.held().process.clone()
    }

    /// Forgets all spans.
    pub fn reset(&self) {
        let mut held = self.held();
        held.spans = Vec::new();
        held.submitted = 0;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl InMemory ===

impl InMemory {
    pub(crate) fn new(reporter: InMemoryReporter) -> Self {
        Self { reporter, process: Vec::new() }
    }

    pub(crate) fn set_process(&mut self, process: &Process) {
        self.process = encode_process::<Binary>(process);
        self.reporter.held().process = process.clone();
    }

    pub(crate) fn send(&self, spans: &[&[u8]], count: usize, stats: &ExportStats) -> Result<(), SendError> {
        let error = |reason: String| SendError::new("keeping spans in memory", SendErrorKind::Http(reason));
        let mut message = Vec::new();
        let head = BatchHead { process: &self.process, seq_no: None, stats: None };
        let place = write_batch_frame::<Binary>(&head, count, &mut message);
        let behind = message.split_off(place);
        spans.iter().for_each(|spans| message.extend_from_slice(spans));
        message.extend_from_slice(&behind);
        let batch = Batch::decode::<Binary>(&message).map_err(|reason| error(reason.to_string()))?;
        let mut held = self.reporter.held();
        if held.spans.len() + batch.spans.len() > MAX_SPANS {
            return Err(error(format!("there are {} spans already", held.spans.len())));
        }
        held.submitted += batch.spans.len() as u64;
        held.spans.extend(batch.spans);
        stats.add_sent(count);
        Ok(())
    }
}
