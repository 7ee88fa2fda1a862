//! The services that are compared: the one of the README without a layer, and with each.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, extract::Path, routing::get};
use jaeger_client::Config;
use opentelemetry::global;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter},
};
use tower_jaeger::ServerLayer;

use super::PATIENCE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Bare,
    Native,
    Sdk,
    Fastrace,
    Peer,
}

/// A service, and what is to be done at its end to know how many spans it has exported.
pub(crate) struct Service {
    pub(crate) router: Router,
    pub(crate) end: Box<dyn FnOnce() -> u64>,
}

/// Takes spans and counts them: what is left is the cost of making them and handing them over.
#[derive(Clone, Debug, Default)]
struct Count(Arc<AtomicU64>);

// === impl Entry ===

impl Entry {
    pub(crate) const ALL: [Self; 5] = [Self::Bare, Self::Native, Self::Sdk, Self::Fastrace, Self::Peer];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Native => "tower-jaeger, native tracer, to a collector",
            Self::Sdk => "tower-jaeger, OpenTelemetry SDK, to a collector",
            Self::Fastrace => "fastrace-tower, spans only counted",
            Self::Peer => "opentelemetry-instrumentation-tower, spans only counted",
        }
    }

    /// As an argument.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Native => "native",
            Self::Sdk => "sdk",
            Self::Fastrace => "fastrace",
            Self::Peer => "peer",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.word() == word)
    }

    pub(crate) fn service(self, collector: &str) -> Result<Service, Box<dyn Error>> {
        let router = Router::new()
            .route("/hello/{name}", get(|Path(name): Path<String>| async move { format!("Hello, {name}!") }));
        Ok(match self {
            Self::Bare => Service { router, end: Box::new(|| 0) },
            Self::Native => ours(router, Config::new("bench").with_collector_endpoint(collector))?,
            Self::Sdk => ours(router, Config::new("bench").with_collector_endpoint(collector).with_sdk())?,
            Self::Fastrace => fastrace(router),
            Self::Peer => peer(router),
        })
    }
}

/// As the README has it.
fn ours(router: Router, config: Config) -> Result<Service, Box<dyn Error>> {
    let closer = config.with_logger(|_| {}).install()?;
    Ok(Service {
        router: router.layer(ServerLayer::new()),
        end: Box::new(move || closer.close(PATIENCE / 2).sent),
    })
}

fn fastrace(router: Router) -> Service {
    let count = Count::default();
    fastrace::set_reporter(count.clone(), fastrace::collector::Config::default());
    Service {
        router: router.layer(fastrace_tower::FastraceServerLayer::default()),
        end: Box::new(move || {
            fastrace::flush();
            count.so_far()
        }),
    }
}

fn peer(router: Router) -> Service {
    let count = Count::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(count.clone()).build())
        .build();
    global::set_tracer_provider(provider.clone());
    global::set_text_map_propagator(TraceContextPropagator::new());
    Service {
        router: router.layer(opentelemetry_instrumentation_tower::http::server::Layer::new()),
        end: Box::new(move || {
            // What it loses is missing in the count.
            let _ = provider.shutdown();
            count.so_far()
        }),
    }
}

// === impl Count ===

impl Count {
    fn add(&self, spans: usize) {
        self.0.fetch_add(spans as u64, Ordering::Relaxed);
    }

    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl SpanExporter for Count {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        self.add(spans.len());
        Ok(())
    }
}

impl fastrace::collector::Reporter for Count {
    fn report(&mut self, spans: Vec<fastrace::collector::SpanRecord>) {
        self.add(spans.len());
    }
}
