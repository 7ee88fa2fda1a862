//! A tracer for tests, whose spans can be read without a backend.

mod engine;
mod finished_span;

use std::sync::Arc;

use jaeger_propagation::Propagator;

use self::engine::Engine;
pub use self::finished_span::{FinishedSpan, LogRecord};
use crate::{Tracer, recording::Recorder};

/// A tracer for tests: what has finished can be read. Ids are 1, 2, 3 and so on, and every trace is sampled.
///
/// ```
/// use opentracing_shim::{Value, mock::MockTracer};
///
/// let mock = MockTracer::new();
/// let span = mock.tracer().start_span("say-hello");
/// span.set_tag("hello-to", "Bryan");
/// span.set_baggage_item("greeting", "Bonjour");
/// span.finish();
///
/// let finished = mock.finished_spans();
/// assert_eq!(finished[0].operation_name, "say-hello");
/// assert_eq!(finished[0].tag("hello-to"), Some(&Value::from("Bryan")));
/// assert_eq!(finished[0].context.baggage_item("greeting").as_deref(), Some("Bonjour"));
/// ```
#[derive(Clone, Debug)]
pub struct MockTracer {
    tracer: Tracer,
    recorder: Arc<Recorder>,
}

// === impl MockTracer ===

impl MockTracer {
    /// One without spans, which reads and writes Jaeger's headers.
    pub fn new() -> Self {
        let recorder = Arc::<Recorder>::default();
        let mut builder = Tracer::builder(&Engine::default())
            .with_text_map_propagator(Propagator::new())
            .with_http_headers_propagator(Propagator::new());
        builder.recorder = Some(Arc::clone(&recorder));
        Self { tracer: builder.build(), recorder }
    }

    /// The tracer that a program is to be given.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// The spans that have finished, in the order in which they did.
    pub fn finished_spans(&self) -> Vec<FinishedSpan> {
        self.recorder.finished().clone()
    }

    /// How many have started and not finished.
    pub fn unfinished_spans(&self) -> usize {
        self.recorder.unfinished()
    }

    /// Forgets the spans that have finished.
    pub fn reset(&self) {
        let spans = std::mem::take(&mut *self.recorder.finished());
        // Not under the lock: with a span's context others may end.
        drop(spans);
    }
}

impl Default for MockTracer {
    fn default() -> Self {
        Self::new()
    }
}
