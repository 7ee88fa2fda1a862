//! From a service name and an endpoint to a running tracer.

use std::{any::Any, fmt, sync::Arc};

use jaeger_exporter::{ExportStats, JaegerExporter, Reporter, ReporterStats};
use jaeger_propagation::Propagator;
use opentelemetry::{Key, KeyValue, Value, global};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider, ShouldSample, SpanExporter},
};

use crate::{
    closer::{Closer, Peer},
    error::{ConfigError, ConfigErrorKind},
    logger::Logger,
    logging_reporter::LoggingReporter,
    pipeline::Pipeline,
    sampler::{ConstSampler, DebugSampler},
};

/// Where a collector of Jaeger listens on the same machine.
pub const DEFAULT_COLLECTOR_ENDPOINT: &str = "http://localhost:14268/api/traces";

/// The settings of a tracer. Defaults: every trace is sampled, and sent to a collector on this machine.
///
/// The environment is not read.
#[derive(Debug)]
pub struct Config {
    service_name: String,
    tags: Vec<KeyValue>,
    destination: Destination,
    sampler: Box<dyn ShouldSample>,
    sampler_words: SamplerWords,
    log_spans: bool,
    logger: Logger,
}

enum Destination {
    Collector(String),
    Agent(String),
    Other { name: String, start: Box<dyn FnOnce(OnChange) -> Reporter + Send> },
}

/// Says when spans cannot be sent, and when they can again.
type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// The sampler in the line that is logged at the start.
#[derive(Debug)]
struct SamplerWords {
    traces: &'static str,
    sampler: String,
}

/// A reporter that runs, and what the closer needs to know of it.
struct Started {
    reporter: Reporter,
    export: Option<Arc<ExportStats>>,
    peer: Peer,
}

// === impl Config ===

impl Config {
    /// The settings of a service, which is how its spans are found in Jaeger.
    pub fn new(service_name: impl Into<String>) -> Self {
        Self {
            service_name: service_name.into(),
            tags: Vec::new(),
            destination: Destination::Collector(DEFAULT_COLLECTOR_ENDPOINT.to_owned()),
            sampler: Box::new(ConstSampler::new(true)),
            sampler_words: SamplerWords::of(&ConstSampler::new(true)),
            log_spans: false,
            logger: Logger::default(),
        }
    }

    /// Sends to a collector over HTTP; [`DEFAULT_COLLECTOR_ENDPOINT`] by default.
    ///
    /// A URL without a path gets `/api/traces`. Of this, [`with_agent`](Self::with_agent) and
    /// [`with_exporter`](Self::with_exporter) the last one counts.
    #[must_use]
    pub fn with_collector_endpoint(mut self, url: impl Into<String>) -> Self {
        self.destination = Destination::Collector(url.into());
        self
    }

    /// Sends to an agent over UDP, for example `localhost:6831`, instead of a collector.
    #[must_use]
    pub fn with_agent(mut self, address: impl Into<String>) -> Self {
        self.destination = Destination::Agent(address.into());
        self
    }

    /// Sends through any exporter of the OpenTelemetry SDK instead; `name` is for people to read.
    #[must_use]
    pub fn with_exporter(mut self, name: impl Into<String>, exporter: impl SpanExporter + 'static) -> Self {
        let start = Box::new(|on_change| Reporter::builder(exporter).with_on_change(on_change).build());
        self.destination = Destination::Other { name: name.into(), start };
        self
    }

    /// Adds a tag of the process, which all its spans share; none by default.
    ///
    /// `hostname` and `ip` replace what the client would find out itself.
    #[must_use]
    pub fn with_tag(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.tags.push(KeyValue::new(key, value));
        self
    }

    /// Logs a line for each span that is reported; off by default.
    #[must_use]
    pub fn with_log_spans(mut self) -> Self {
        self.log_spans = true;
        self
    }

    /// Decides which traces are sampled; [`ConstSampler::new(true)`](ConstSampler::new) by default.
    ///
    /// It is asked about roots only: the decision of a caller is respected, and a request with a debug id is always
    /// sampled.
    #[must_use]
    pub fn with_sampler(mut self, sampler: impl ShouldSample + 'static) -> Self {
        self.sampler_words = SamplerWords::of(&sampler);
        self.sampler = Box::new(sampler);
        self
    }

    /// Where the client writes its lines, each without a line end; standard error by default.
    ///
    /// It is called when the tracer starts, when spans begin to be lost and when they are sent again, when a span is
    /// reported and lines for that are wanted, and when a [`Closer`] is dropped and spans were lost.
    #[must_use]
    pub fn with_logger(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.logger = Logger::new(log);
        self
    }

    /// Starts the tracer and makes it the one of the whole program: the global tracer provider and, with
    /// [`Propagator`], the global propagator.
    ///
    /// Keep the [`Closer`] until the program ends.
    ///
    /// # Errors
    ///
    /// When there is no service name, or the endpoint is not one.
    pub fn install(self) -> Result<Closer, ConfigError> {
        let (provider, closer) = self.build()?;
        global::set_text_map_propagator(Propagator::new());
        global::set_tracer_provider(provider);
        Ok(closer)
    }

    /// Starts the tracer and touches nothing global: for tests, and for several services in one program.
    ///
    /// # Errors
    ///
    /// When there is no service name, or the endpoint is not one.
    pub fn build(self) -> Result<(SdkTracerProvider, Closer), ConfigError> {
        if self.service_name.trim().is_empty() {
            return Err(ConfigErrorKind::NoServiceName.into());
        }
        let Started { reporter, export, peer } = self.destination.start(&self.logger)?;
        let SamplerWords { traces, sampler } = &self.sampler_words;
        self.logger.log(&format!(
            "jaeger: service {:?} reports {traces} to {} (sampler {sampler})",
            self.service_name, peer.name
        ));
        let resource =
            Resource::builder_empty().with_attributes(self.tags).with_service_name(self.service_name).build();
        let stats = reporter.stats();
        let logging = self.log_spans.then(|| LoggingReporter::to(self.logger.clone()));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(DebugSampler::new(Sampler::parent_based(self.sampler)))
            .with_span_processor(Pipeline { logging, reporter })
            .build();
        let closer = Closer::new(provider.clone(), stats, export, peer, self.logger);
        Ok((provider, closer))
    }
}

// === impl Destination ===

impl Destination {
    fn start(self, logger: &Logger) -> Result<Started, ConfigError> {
        let on_change = log_changes(logger.clone());
        Ok(match self {
            Self::Collector(url) => Started::jaeger(JaegerExporter::collector(&url)?, "collector", on_change),
            Self::Agent(address) => Started::jaeger(JaegerExporter::agent(&address)?, "agent", on_change),
            Self::Other { name, start } => {
                Started { reporter: start(on_change), export: None, peer: Peer { name, kind: "receiver" } }
            }
        })
    }
}

/// One line when spans begin to be lost, for who wonders where his traces are; not one for each batch.
fn log_changes(logger: Logger) -> OnChange {
    Box::new(move |result| match result {
        Ok(()) => logger.log("jaeger: spans are sent again"),
        Err(error) => logger.log(&format!("jaeger: spans are being lost: {error}")),
    })
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collector(name) | Self::Agent(name) | Self::Other { name, .. } => f.write_str(name),
        }
    }
}

// === impl Started ===

impl Started {
    fn jaeger(exporter: JaegerExporter, kind: &'static str, on_change: OnChange) -> Self {
        let stats = Arc::<ReporterStats>::default();
        let exporter = exporter.with_reporter_stats(Arc::clone(&stats));
        let peer = Peer { name: exporter.endpoint().to_owned(), kind };
        let export = Some(exporter.stats());
        let reporter = Reporter::builder(exporter).with_stats(stats).with_on_change(on_change).build();
        Self { reporter, export, peer }
    }
}

// === impl SamplerWords ===

impl SamplerWords {
    fn of<S: ShouldSample + 'static>(sampler: &S) -> Self {
        match (sampler as &dyn Any).downcast_ref::<ConstSampler>().map(ConstSampler::decision) {
            Some(true) => Self { traces: "every trace", sampler: "const 1".to_owned() },
            Some(false) => Self { traces: "no trace", sampler: "const 0".to_owned() },
            None => Self { traces: "traces", sampler: format!("{sampler:?}") },
        }
    }
}
