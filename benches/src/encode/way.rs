//! A tracer that is running, and is given spans so that its queue is never full.

#[cfg(feature = "exporters")]
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::{error::Error, num::NonZeroU64, thread, time::Duration};

use jaeger_exporter::{BatchSender, JaegerExporter, Reporter};
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::trace::{Span, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
#[cfg(feature = "exporters")]
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{BatchSpanProcessor, SpanData, SpanExporter},
};

use super::sample;
use crate::engine::LONG;

pub(super) struct Way {
    spans: Box<dyn Fn(usize)>,
    /// How many spans wait.
    waiting: Box<dyn Fn() -> usize>,
    flush: Box<dyn Fn() -> Result<(), Box<dyn Error>>>,
    /// How many spans have room in half of its queue.
    half_queue: usize,
}

/// So many spans are made between two looks at the queue: a quarter of what half of the smallest holds.
pub(super) const STEP: usize = 256;

/// How long who makes spans sleeps when the queue is half full: not much beside the time in which the other half is sent.
const PAUSE: Duration = Duration::from_micros(500);

/// Of 96 MiB.
const HALF_NATIVE: usize = 32_768;

/// Of 8,192 spans.
const HALF_REPORTER: usize = 4_096;

/// Of 2,048 spans.
#[cfg(feature = "exporters")]
const HALF_BATCH: usize = 1_024;

/// An exporter whose spans are counted when they have been sent, or not.
#[cfg(feature = "exporters")]
#[derive(Debug)]
struct Counted<E> {
    exporter: E,
    done: Arc<AtomicUsize>,
}

// === impl Way ===

impl Way {
    /// Makes [`STEP`] spans, one after the other, when they have room.
    pub(super) fn step(&self) {
        while (self.waiting)() >= self.half_queue {
            thread::sleep(PAUSE);
        }
        (self.spans)(STEP);
    }

    /// Waits until all of them are sent.
    pub(super) fn flush(&self) -> Result<(), Box<dyn Error>> {
        (self.flush)()
    }

    /// An agent is sent to without a limit of bytes a second, because the one here loses nothing.
    pub(super) fn native(sender: BatchSender) -> Self {
        let mut sender = sender.with_bytes_per_second(NonZeroU64::MAX);
        sender.set_process(&sample::process());
        let provider = JaegerTracerProvider::builder(sender).build();
        let (tracer, stats) = (provider.tracer(sample::SCOPE), provider.stats());
        Self {
            spans: makes(tracer),
            waiting: Box::new(move || stats.queued() as usize),
            flush: Box::new(move || Ok(provider.flush(LONG)?)),
            half_queue: HALF_NATIVE,
        }
    }

    pub(super) fn reporter(sender: BatchSender) -> Self {
        let sender = sender.with_bytes_per_second(NonZeroU64::MAX);
        let reporter = Reporter::new(JaegerExporter::with_sender(sender));
        let stats = reporter.stats();
        Self::sdk(reporter, move || stats.queued() as usize, HALF_REPORTER)
    }

    #[cfg(feature = "exporters")]
    pub(super) fn batch(exporter: impl SpanExporter + 'static) -> Self {
        let made = Arc::<AtomicUsize>::default();
        let done = Arc::<AtomicUsize>::default();
        let processor = BatchSpanProcessor::builder(Counted { exporter, done: Arc::clone(&done) }).build();
        let made_there = Arc::clone(&made);
        let waiting = move || made_there.load(Ordering::Relaxed) - done.load(Ordering::Relaxed);
        let mut way = Self::sdk(processor, waiting, HALF_BATCH);
        let spans = way.spans;
        way.spans = Box::new(move |count| {
            made.fetch_add(count, Ordering::Relaxed);
            spans(count);
        });
        way
    }

    #[cfg(feature = "exporters")]
    pub(super) fn otlp_http(to: &str) -> Result<Self, Box<dyn Error>> {
        use opentelemetry_otlp::WithExportConfig;
        let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(to).build()?;
        Ok(Self::batch(exporter))
    }

    /// The exporter wants tokio around it when it is made, and leaves its connection to it.
    #[cfg(feature = "exporters")]
    pub(super) fn otlp_grpc(to: &str) -> Result<Self, Box<dyn Error>> {
        use opentelemetry_otlp::WithExportConfig;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let entered = runtime.enter();
        let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(to).build()?;
        drop(entered);
        let mut way = Self::batch(exporter);
        let flush = way.flush;
        way.flush = Box::new(move || {
            let _is_kept = &runtime;
            flush()
        });
        Ok(way)
    }

    fn sdk(
        processor: impl SpanProcessor + 'static,
        waiting: impl Fn() -> usize + 'static,
        half_queue: usize,
    ) -> Self {
        let provider = SdkTracerProvider::builder()
            .with_resource(sample::resource())
            .with_span_processor(processor)
            .build();
        Self {
            spans: makes(provider.tracer(sample::SCOPE)),
            waiting: Box::new(waiting),
            flush: Box::new(move || Ok(provider.force_flush()?)),
            half_queue,
        }
    }
}

fn makes(tracer: impl Tracer + 'static) -> Box<dyn Fn(usize)> {
    let parent = sample::parent();
    Box::new(move |count| (0..count).for_each(|index| sample::span(&tracer, &parent, index).end()))
}

// === impl Counted ===

#[cfg(feature = "exporters")]
impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let result = self.exporter.export(batch).await;
        self.done.fetch_add(spans, Ordering::Relaxed);
        result
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
