//! The engine of the OpenTelemetry SDK.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each binary uses a part; helpers fail by panicking"
)]

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracer, SdkTracerProvider, SpanData};

pub type TestTracer = SdkTracer;

/// A tracer, and the spans that it has finished.
pub struct Traced {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

impl Traced {
    pub fn new() -> Self {
        Self::sampling(true)
    }

    /// Every trace that begins here is sampled, or none.
    pub fn sampling(samples: bool) -> Self {
        let roots = if samples { Sampler::AlwaysOn } else { Sampler::AlwaysOff };
        let sampler = Sampler::ParentBased(Box::new(roots));
        let exporter = InMemorySpanExporter::default();
        let provider =
            SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).with_sampler(sampler).build();
        Self { provider, exporter }
    }

    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer("test")
    }

    pub fn provider(&self) -> SdkTracerProvider {
        self.provider.clone()
    }

    pub fn finished(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().unwrap()
    }

    /// The one finished span.
    #[track_caller]
    pub fn one(&self) -> SpanData {
        let mut spans = self.finished();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }
}
