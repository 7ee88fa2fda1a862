//! What makes spans and sends them: ours, and the OpenTelemetry SDK with our exporter, behind one face.

use std::{error::Error, num::NonZeroU64, sync::Arc, time::Duration};

use jaeger_exporter::{BatchSender, ExportStats, HttpTransport, JaegerExporter, Reporter};
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::{
    KeyValue,
    trace::{Span, SpanKind, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanProcessor, TracerProviderBuilder,
};

/// Which engine, and what of it is not as it is by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Native,
    /// The SDK with the reporter of `jaeger-exporter`.
    Reporter(Queue),
    /// The SDK with its own processor.
    Batch(Queue),
}

/// How many spans may wait in a queue of the SDK's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    Default,
    Spans(usize),
}

/// A tracer that is running. Its spans are those of a request, with six tags.
pub(crate) struct Engine {
    spans: Box<dyn Fn(usize) + Send + Sync>,
    flush: Box<dyn Fn() + Send + Sync>,
    export: Arc<ExportStats>,
}

/// Longer than any run; a receiver that does not answer is not given up while something is measured.
pub(crate) const LONG: Duration = Duration::from_secs(60);

// === impl Kind ===

impl Kind {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Native => "native tracer".to_owned(),
            Self::Reporter(queue) => format!("SDK, jaeger-exporter's Reporter{}", queue.suffix()),
            Self::Batch(queue) => format!("SDK, BatchSpanProcessor{}", queue.suffix()),
        }
    }

    /// The name of its thread.
    pub(crate) fn thread(self) -> &'static str {
        match self {
            Self::Native => "jaeger-tracer",
            Self::Reporter(_) => "jaeger-reporter",
            Self::Batch(_) => "OpenTelemetry.Traces.BatchProcessor",
        }
    }

    /// Sends to a collector, after so long if it is not much.
    pub(crate) fn to_collector(self, url: &str, interval: Duration) -> Result<Engine, Box<dyn Error>> {
        let transport = HttpTransport::new(url)?.with_timeout(LONG);
        if self == Self::Native {
            return Ok(Engine::native(BatchSender::with_http(transport), interval));
        }
        let exporter = JaegerExporter::with_http(transport);
        let stats = exporter.stats();
        Ok(match self {
            Self::Batch(queue) => Engine::sdk(batch_processor(exporter, queue, interval), stats),
            Self::Native | Self::Reporter(Queue::Default) => {
                let reporter = Reporter::builder(exporter).with_flush_interval(interval);
                Engine::sdk(reporter.build(), stats)
            }
            Self::Reporter(Queue::Spans(spans)) => {
                let reporter = Reporter::builder(exporter).with_flush_interval(interval);
                Engine::sdk(reporter.with_queue_size(spans).build(), stats)
            }
        })
    }
}

fn batch_processor(exporter: JaegerExporter, queue: Queue, interval: Duration) -> BatchSpanProcessor {
    let mut config = BatchConfigBuilder::default().with_scheduled_delay(interval);
    if let Queue::Spans(spans) = queue {
        config = config.with_max_queue_size(spans);
    }
    BatchSpanProcessor::builder(exporter).with_batch_config(config.build()).build()
}

// === impl Queue ===

impl Queue {
    fn suffix(self) -> String {
        match self {
            Self::Default => String::new(),
            Self::Spans(spans) => format!(" with a queue of {spans}"),
        }
    }
}

// === impl Engine ===

impl Engine {
    /// The native tracer with another sender than one to a collector.
    pub(crate) fn native(sender: BatchSender, interval: Duration) -> Self {
        let export = sender.stats();
        let provider = JaegerTracerProvider::builder(sender).with_flush_interval(interval).build();
        let tracer = provider.tracer("bench");
        Self {
            spans: Box::new(move |count| make(&tracer, count)),
            flush: Box::new(move || {
                // What is not sent in time is missing in the counters.
                let _ = provider.flush(LONG);
            }),
            export,
        }
    }

    fn sdk(processor: impl SpanProcessor + 'static, export: Arc<ExportStats>) -> Self {
        let provider: SdkTracerProvider =
            TracerProviderBuilder::default().with_span_processor(processor).build();
        let tracer = provider.tracer("bench");
        Self {
            spans: Box::new(move |count| make(&tracer, count)),
            flush: Box::new(move || {
                let _ = provider.force_flush();
            }),
            export,
        }
    }

    /// Makes so many spans, one after the other.
    pub(crate) fn spans(&self, count: usize) {
        (self.spans)(count);
    }

    /// Waits until all of them are sent or lost.
    pub(crate) fn flush(&self) {
        (self.flush)();
    }

    /// Spans that the receiver has accepted so far.
    pub(crate) fn sent(&self) -> u64 {
        self.export.sent()
    }
}

/// To an agent as fast as spans come.
pub(crate) fn unlimited_agent(address: &str) -> Result<BatchSender, Box<dyn Error>> {
    Ok(BatchSender::agent(address)?.with_bytes_per_second(NonZeroU64::MAX))
}

fn make(tracer: &impl Tracer, count: usize) {
    for index in 0..count {
        span(tracer, index).end();
    }
}

/// A span with the tags of a request: these five, and its kind.
pub(crate) fn span<T: Tracer>(tracer: &T, index: usize) -> T::Span {
    let mut span = tracer.span_builder("HTTP GET /users/{id}").with_kind(SpanKind::Server).start(tracer);
    span.set_attribute(KeyValue::new("component", "tower"));
    span.set_attribute(KeyValue::new("http.method", "GET"));
    span.set_attribute(KeyValue::new("http.url", "/users/731"));
    span.set_attribute(KeyValue::new("http.status_code", 200));
    span.set_attribute(KeyValue::new("index", index as i64));
    span
}
