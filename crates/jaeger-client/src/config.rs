//! From a service name and an endpoint to a running tracer.

use std::{any::Any, fmt, num::NonZeroU32, sync::Arc};

use jaeger_exporter::{
    BatchSender, EndpointError, ExportStats, JaegerExporter, Reporter, ReporterStats, process_of,
};
use jaeger_propagation::Propagator;
use jaeger_tracer::{JaegerTracerProvider, Sampler, clear_global, set_global};
use opentelemetry::{Key, KeyValue, Value, global};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler as SdkSampler, SdkTracerProvider, SpanExporter},
};

use crate::{
    closer::{Closer, Engine, Peer},
    collector_headers::{Auth, CollectorHeaders},
    error::{ConfigError, ConfigErrorKind},
    logger::Logger,
    logging_reporter::{self, LoggingReporter},
    pipeline::Pipeline,
    sampler::{ConstSampler, DebugSampler, ProbabilisticSampler, RateLimitingSampler, SharedSampler},
};

/// Where a collector of Jaeger listens on the same machine.
pub const DEFAULT_COLLECTOR_ENDPOINT: &str = "http://localhost:14268/api/traces";

/// The settings of a tracer. Defaults: every trace is sampled, and sent to a collector on this machine.
///
/// Spans are made by one of two engines. The native one, `jaeger-tracer`, is the default. The OpenTelemetry SDK is taken for an
/// exporter of its own ([`with_exporter`](Self::with_exporter)), and where it is asked for ([`with_sdk`](Self::with_sdk)).
///
/// The environment is not read.
#[derive(Debug)]
pub struct Config {
    service_name: String,
    tags: Vec<KeyValue>,
    destination: Destination,
    collector_headers: CollectorHeaders,
    sampler: Arc<dyn Sampler>,
    sampler_words: SamplerWords,
    is_on_sdk: bool,
    max_tag_value_bytes: Option<usize>,
    max_logs_per_span: Option<NonZeroU32>,
    log_spans: bool,
    logger: Logger,
}

enum Destination {
    Collector(String),
    Agent(String),
    BinaryAgent(String),
    Other { name: String, start: Box<dyn FnOnce(OnChange) -> Reporter + Send> },
}

/// Says when spans cannot be sent, and when they can again.
type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// The sampler in the line that is logged at the start.
#[derive(Debug)]
struct SamplerWords {
    traces: String,
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
            collector_headers: CollectorHeaders::default(),
            sampler: Arc::new(ConstSampler::new(true)),
            sampler_words: SamplerWords::of(&ConstSampler::new(true)),
            is_on_sdk: false,
            max_tag_value_bytes: None,
            max_logs_per_span: None,
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

    /// Sends a user name and a password to the collector, with each request and readable for who is in between; none by default. Of
    /// this and [`with_bearer_token`](Self::with_bearer_token) the last one counts.
    #[must_use]
    pub fn with_basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.collector_headers.auth = Some(Auth::Basic(user.into(), password.into()));
        self
    }

    /// Sends a token to the collector, with each request and readable for who is in between; none by default.
    #[must_use]
    pub fn with_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.collector_headers.auth = Some(Auth::Bearer(token.into()));
        self
    }

    /// Sends a header to the collector with each request, for a proxy in front of it; none by default.
    #[must_use]
    pub fn with_collector_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.collector_headers.others.push((name.into(), value.into()));
        self
    }

    /// Sends to an agent over UDP, for example `localhost:6831`, instead of a collector.
    #[must_use]
    pub fn with_agent(mut self, address: impl Into<String>) -> Self {
        self.destination = Destination::Agent(address.into());
        self
    }

    /// Sends to an agent's port for the binary protocol, for example `localhost:6832`: for an agent that has no other one open.
    #[must_use]
    pub fn with_binary_agent(mut self, address: impl Into<String>) -> Self {
        self.destination = Destination::BinaryAgent(address.into());
        self
    }

    /// Sends through any exporter of the OpenTelemetry SDK instead, whose engine is then the SDK; `name` is for people to read.
    #[must_use]
    pub fn with_exporter(mut self, name: impl Into<String>, exporter: impl SpanExporter + 'static) -> Self {
        let start = Box::new(|on_change| Reporter::builder(exporter).with_on_change(on_change).build());
        self.destination = Destination::Other { name: name.into(), start };
        self
    }

    /// Makes spans by the OpenTelemetry SDK and not natively: for who needs its span limits, or wants to compare.
    #[must_use]
    pub fn with_sdk(mut self) -> Self {
        self.is_on_sdk = true;
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
    pub fn with_sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler_words = SamplerWords::of(&sampler);
        self.sampler = Arc::new(sampler);
        self
    }

    /// Bytes of text or binary values of tags, at most; what is longer is cut, text between two characters. 256 by default, as in
    /// Jaeger's clients. The fields of logs are not cut. On the SDK it is always 256.
    #[must_use]
    pub fn with_max_tag_value_bytes(mut self, bytes: usize) -> Self {
        self.max_tag_value_bytes = Some(bytes);
        self
    }

    /// Logs of a span, at most, as jaeger-client-go limits them: of more the first and the last are kept, and one between them says
    /// how many are gone. By default the first 128 are kept, and so they are on the SDK, whatever is said here.
    #[must_use]
    pub fn with_max_logs_per_span(mut self, logs: NonZeroU32) -> Self {
        self.max_logs_per_span = Some(logs);
        self
    }

    /// Where the client writes its lines, each without a line end; standard error by default.
    ///
    /// It is called when the tracer starts, when spans cannot be sent and when they are sent again, when a span is
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
        let closer = if self.is_on_sdk || matches!(self.destination, Destination::Other { .. }) {
            let (provider, closer) = self.build_sdk()?;
            clear_global();
            global::set_tracer_provider(provider);
            closer
        } else {
            let (provider, closer) = self.build()?;
            set_global(provider);
            closer
        };
        global::set_text_map_propagator(Propagator::new());
        Ok(closer)
    }

    /// Starts the native tracer and touches nothing global: for tests, and for several services in one program.
    ///
    /// # Errors
    ///
    /// When there is no service name, the endpoint is not one, or the settings need the SDK.
    pub fn build(self) -> Result<(JaegerTracerProvider, Closer), ConfigError> {
        self.check_name()?;
        let (sender, kind) = match &self.destination {
            Destination::Collector(url) => {
                (self.collector_headers.transport(url).map(BatchSender::with_http), "collector")
            }
            Destination::Agent(address) => (BatchSender::agent(address), "agent"),
            Destination::BinaryAgent(address) => (BatchSender::binary_agent(address), "agent"),
            Destination::Other { .. } => {
                return Err(ConfigErrorKind::NeedsSdk("an exporter of the SDK").into());
            }
        };
        if self.is_on_sdk {
            return Err(ConfigErrorKind::NeedsSdk("with_sdk").into());
        }
        let mut sender: BatchSender = sender.map_err(|error: EndpointError| ConfigError::from(error))?;
        let name = KeyValue::new("service.name", self.service_name.clone());
        // The last one of a key counts, as in a resource.
        let tags = self.tags.iter().enumerate().filter(|(at, tag)| {
            !self.tags.iter().skip(at + 1).any(|later| later.key == tag.key) && tag.key != name.key
        });
        let attributes = tags.map(|(_, tag)| tag).chain([&name]);
        sender.set_process(&process_of(attributes.map(|tag| (&tag.key, &tag.value))));
        let peer = Peer { name: sender.endpoint().to_owned(), kind };
        self.log_start(&peer, "");
        let export = Some(sender.stats());
        let mut builder = JaegerTracerProvider::builder(sender)
            .with_sampler(SharedSampler(self.sampler))
            .with_on_change(log_changes(self.logger.clone()));
        if let Some(bytes) = self.max_tag_value_bytes {
            builder = builder.with_max_tag_value_bytes(bytes);
        }
        if let Some(logs) = self.max_logs_per_span {
            builder = builder.with_max_logs_per_span(logs);
        }
        if self.log_spans {
            let logger = self.logger.clone();
            builder =
                builder.with_on_report(move |span, name| logger.log(&logging_reporter::line(&span, name)));
        }
        let provider = builder.build();
        let stats = provider.stats();
        let closer = Closer::new(Engine::Native(provider.clone()), stats, export, peer, self.logger);
        Ok((provider, closer))
    }

    /// The same with the OpenTelemetry SDK as the engine.
    ///
    /// # Errors
    ///
    /// When there is no service name, or the endpoint is not one.
    pub fn build_sdk(self) -> Result<(SdkTracerProvider, Closer), ConfigError> {
        self.check_name()?;
        let Self { service_name, tags, destination, sampler, sampler_words, log_spans, logger, .. } = self;
        let Started { reporter, export, peer } = destination.start(&self.collector_headers, &logger)?;
        sampler_words.log_start(&service_name, &peer, ", on the OpenTelemetry SDK", &logger);
        let resource =
            Resource::builder_empty().with_attributes(tags).with_service_name(service_name).build();
        let stats = reporter.stats();
        let logging = log_spans.then(|| LoggingReporter::to(logger.clone()));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(DebugSampler::new(SdkSampler::parent_based(SharedSampler(sampler))))
            .with_span_processor(Pipeline { logging, reporter })
            .build();
        let closer = Closer::new(Engine::Sdk(provider.clone()), stats, export, peer, logger);
        Ok((provider, closer))
    }

    fn check_name(&self) -> Result<(), ConfigError> {
        if self.service_name.trim().is_empty() { Err(ConfigErrorKind::NoServiceName.into()) } else { Ok(()) }
    }

    fn log_start(&self, peer: &Peer, engine: &str) {
        self.sampler_words.log_start(&self.service_name, peer, engine, &self.logger);
    }
}

// === impl Destination ===

impl Destination {
    fn start(self, headers: &CollectorHeaders, logger: &Logger) -> Result<Started, ConfigError> {
        let on_change = log_changes(logger.clone());
        Ok(match self {
            Self::Collector(url) => {
                let exporter = JaegerExporter::with_http(headers.transport(&url)?);
                Started::jaeger(exporter, "collector", on_change)
            }
            Self::Agent(address) => Started::jaeger(JaegerExporter::agent(&address)?, "agent", on_change),
            Self::BinaryAgent(address) => {
                Started::jaeger(JaegerExporter::binary_agent(&address)?, "agent", on_change)
            }
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
        Err(error) => logger.log(&format!("jaeger: spans cannot be sent: {error}")),
    })
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collector(name)
            | Self::Agent(name)
            | Self::BinaryAgent(name)
            | Self::Other { name, .. } => f.write_str(name),
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
    fn log_start(&self, service_name: &str, peer: &Peer, engine: &str, logger: &Logger) {
        let Self { traces, sampler } = self;
        logger.log(&format!(
            "jaeger: service {service_name:?} reports {traces} to {} (sampler {sampler}{engine})",
            peer.name
        ));
    }

    fn of<S: Sampler + 'static>(sampler: &S) -> Self {
        let sampler_of: &dyn Any = sampler;
        let (traces, sampler) = if let Some(sampler) = sampler_of.downcast_ref::<ConstSampler>() {
            match sampler.decision() {
                true => ("every trace".to_owned(), "const 1".to_owned()),
                false => ("no trace".to_owned(), "const 0".to_owned()),
            }
        } else if let Some(sampler) = sampler_of.downcast_ref::<ProbabilisticSampler>() {
            let probability = sampler.probability();
            (format!("{probability} of all traces"), format!("probabilistic {probability}"))
        } else if let Some(sampler) = sampler_of.downcast_ref::<RateLimitingSampler>() {
            let rate = sampler.traces_per_second();
            (format!("up to {rate} traces a second"), format!("ratelimiting {rate}"))
        } else {
            ("traces".to_owned(), format!("{sampler:?}"))
        };
        Self { traces, sampler }
    }
}
