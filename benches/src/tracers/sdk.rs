//! The OpenTelemetry SDK, in batches as it is meant to be used.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};

use super::{Exports, NO_SPAN, Seen};
use crate::operation::Result;

/// A provider of its own for each entry, so that its spans can be counted.
pub(crate) struct Sdk {
    provider: SdkTracerProvider,
    came: Arc<Came>,
}

#[derive(Debug, Default)]
struct Came {
    spans: AtomicU64,
    last: Mutex<Option<SpanData>>,
}

/// Counts spans and forgets them: what is left is the cost of making them and handing them over.
#[derive(Debug)]
struct Count(Arc<Came>);

// === impl Sdk ===

impl Sdk {
    pub(crate) fn start(samples_roots: bool) -> Self {
        let came = Arc::<Came>::default();
        let root = if samples_roots { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(root)))
            .with_span_processor(BatchSpanProcessor::builder(Count(Arc::clone(&came))).build())
            .build();
        Self { provider, came }
    }

    /// Makes it the global one, for layers that ask for that when they are made, and W3C's the global format, which they ask for
    /// at each request.
    pub(crate) fn install(samples_roots: bool) -> Self {
        let sdk = Self::start(samples_roots);
        global::set_tracer_provider(sdk.provider.clone());
        global::set_text_map_propagator(TraceContextPropagator::new());
        sdk
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("bench")
    }
}

impl Exports for Sdk {
    fn settle(&self) {
        // What has not come is not counted.
        let _ = self.provider.force_flush();
    }

    fn exported(&self) -> u64 {
        self.came.spans.load(Ordering::Relaxed)
    }

    fn last(&self) -> Result<Seen> {
        let last = self.came.last.lock().unwrap_or_else(PoisonError::into_inner);
        let span = last.as_ref().ok_or(NO_SPAN)?;
        Ok(Seen {
            trace_id: u128::from_be_bytes(span.span_context.trace_id().to_bytes()),
            parent_id: u64::from_be_bytes(span.parent_span_id.to_bytes()),
            // Exporters make tags of the kind and of the tracer's name, as the native tracer does.
            tags: span.attributes.len() + 2,
        })
    }
}

// === impl Count ===

impl SpanExporter for Count {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.spans.fetch_add(batch.len() as u64, Ordering::Relaxed);
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = batch.pop();
        Ok(())
    }
}
