//! From a service name and an endpoint to a running tracer.

mod build;
mod destination;
mod env;
mod file;
#[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
mod otlp;
mod parse;
mod sampler_choice;
mod sampler_words;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use jaeger_exporter::{BatchSender, InMemoryReporter};
use jaeger_propagation::Propagator;
use jaeger_tracer::Sampler;
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanExporter;

pub use self::file::FileSettings;
use self::{
    destination::Destination,
    sampler_choice::{SamplerChoice, SamplerKind, SamplerSettings},
};
use crate::{baggage_restrictions::RestrictionSettings, collector_headers::CollectorHeaders, logger::Logger};

/// Where a collector of Jaeger listens on the same machine.
pub const DEFAULT_COLLECTOR_ENDPOINT: &str = "http://localhost:14268/api/traces";

/// The settings of a tracer. Defaults: every trace is sampled, and sent to a collector on this machine.
///
/// Spans are made by one of two engines. The native one, `jaeger-tracer`, is the default. The OpenTelemetry SDK is taken for an
/// exporter of its own ([`with_exporter`](Self::with_exporter)), and where it is asked for ([`with_sdk`](Self::with_sdk)).
///
/// The environment is read by [`from_env`](Self::from_env) and [`with_env`](Self::with_env) only.
#[derive(Debug)]
pub struct Config {
    service_name: String,
    is_disabled: bool,
    tags: Vec<KeyValue>,
    destination: Destination,
    further: Vec<BatchSender>,
    collector_headers: CollectorHeaders,
    sampler: SamplerChoice,
    propagator: Propagator,
    baggage_restrictions: Option<RestrictionSettings>,
    is_on_sdk: bool,
    has_short_trace_ids: bool,
    queue_bytes: Option<usize>,
    queue_spans: Option<NonZeroUsize>,
    flush_interval: Option<Duration>,
    resolve_interval: Option<Duration>,
    max_tag_value_bytes: Option<usize>,
    max_logs_per_span: Option<NonZeroU32>,
    log_spans: bool,
    logger: Logger,
    /// What the user is to be told at the start.
    notes: Vec<String>,
}

// === impl Config ===

impl Config {
    /// The settings of a service, which is how its spans are found in Jaeger.
    pub fn new(service_name: impl Into<String>) -> Self {
        Self {
            service_name: service_name.into(),
            is_disabled: false,
            tags: Vec::new(),
            destination: Destination::default(),
            further: Vec::new(),
            collector_headers: CollectorHeaders::default(),
            sampler: SamplerChoice::default(),
            propagator: Propagator::new(),
            baggage_restrictions: None,
            is_on_sdk: false,
            has_short_trace_ids: false,
            queue_bytes: None,
            queue_spans: None,
            flush_interval: None,
            resolve_interval: None,
            max_tag_value_bytes: None,
            max_logs_per_span: None,
            log_spans: false,
            logger: Logger::default(),
            notes: Vec::new(),
        }
    }

    /// Turns tracing off: no tracer runs, nothing is sent, and what is global is left as it is. On by default.
    ///
    /// A span of a disabled native tracer is its parent again: the traces of callers pass the program as they came.
    #[must_use]
    pub fn with_disabled(mut self) -> Self {
        self.is_disabled = true;
        self
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
        self.collector_headers.set_basic(user, password);
        self
    }

    /// Sends a token to the collector, with each request and readable for who is in between; none by default.
    #[must_use]
    pub fn with_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.collector_headers.set_bearer(token);
        self
    }

    /// Sends a header to the collector with each request, for a proxy in front of it; none by default.
    #[must_use]
    pub fn with_collector_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.collector_headers.add(name, value);
        self
    }

    /// Trusts these authorities and no others where the collector's endpoint is `https://`: certificates in PEM. Those of the public
    /// authorities (Mozilla's) by default.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.collector_headers.root_certificates = Some(pem.into());
        self
    }

    /// Says to a collector at `https://` who it is: a certificate with the ones that lead to its authority, and its private key, in PEM.
    /// None by default.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_client_certificate(mut self, chain: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.collector_headers.client_certificate = Some((chain.into(), key.into()));
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
        self.destination = Destination::other(name.into(), |_| Ok(exporter));
        self
    }

    /// Keeps spans in the program instead, as Jaeger would receive them: for tests.
    ///
    /// ```
    /// use jaeger_client::{Config, InMemoryReporter};
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    ///
    /// let reporter = InMemoryReporter::new();
    /// let (provider, closer) = Config::new("shop").with_in_memory_reporter(reporter.clone()).build()?;
    /// provider.tracer("test").in_span("work", |_| {});
    /// println!("{}", closer.close(std::time::Duration::from_secs(2)));
    /// assert_eq!(reporter.spans()[0].operation_name, "work");
    /// # Ok::<(), jaeger_client::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_in_memory_reporter(mut self, reporter: InMemoryReporter) -> Self {
        self.destination = Destination::InMemory(reporter);
        self
    }

    /// Sends each span here as well, from a queue and on a thread of its own: what becomes of it on one way has no effect on the others.
    /// None by default; the headers and certificates for a collector are for the first way only.
    ///
    /// ```
    /// use jaeger_client::{BatchSender, Config};
    ///
    /// // While a fleet moves from its agents to a collector.
    /// let config = Config::new("shop").with_agent("localhost:6831");
    /// let config = config.with_further_sender(BatchSender::collector("http://localhost:14268")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_further_sender(mut self, sender: BatchSender) -> Self {
        self.further.push(sender);
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

    /// Decides which traces are sampled; [`ConstSampler::new(true)`](crate::ConstSampler::new) by default.
    ///
    /// It is asked about roots only: the decision of a caller is respected, and a request with a debug id is always
    /// sampled.
    #[must_use]
    pub fn with_sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = SamplerChoice::own(sampler);
        self
    }

    /// Samples as the sampling endpoint of Jaeger's agent or collector says, such as
    /// [`DEFAULT_SAMPLING_ENDPOINT`](crate::DEFAULT_SAMPLING_ENDPOINT), and one trace of a thousand until it has answered. When it
    /// does not there is a line in the log. [`RemoteSampler`](crate::RemoteSampler) has more settings.
    #[must_use]
    pub fn with_remote_sampler(mut self, endpoint: impl Into<String>) -> Self {
        self.sampler = SamplerChoice::Named(SamplerSettings {
            kind: SamplerKind::Remote,
            param: 0.001,
            endpoint: endpoint.into(),
            ..SamplerSettings::of_jaeger_client()
        });
        self
    }

    /// The formats of trace headers that the whole program reads and writes; Jaeger's by default.
    ///
    /// [`install`](Self::install) makes it OpenTelemetry's global propagator and [`Propagator::global`], which the layers of
    /// `tower-jaeger` take.
    #[must_use]
    pub fn with_propagator(mut self, propagator: Propagator) -> Self {
        self.propagator = propagator;
        self
    }

    /// Lets Jaeger's agent say which baggage the program may set, and how long its values may be: asks `url`, such as
    /// `http://localhost:5778/baggageRestrictions`, at once and then every minute. Until it has answered, and by default, every key is
    /// allowed, with values of 2,048 bytes.
    ///
    /// The rules hold for [`BaggageRestrictions`](jaeger_propagation::BaggageRestrictions), which `tower_jaeger::with_baggage` asks; what
    /// a request brings is not restricted. Jaeger's own collector answers that it has none.
    #[must_use]
    pub fn with_baggage_restrictions(mut self, url: impl Into<String>) -> Self {
        self.baggage_restrictions = Some(RestrictionSettings::new(url.into()));
        self
    }

    /// The same, with no baggage at all until it has answered.
    #[must_use]
    pub fn with_baggage_denied_until_known(mut self, url: impl Into<String>) -> Self {
        let settings = RestrictionSettings::new(url.into());
        self.baggage_restrictions = Some(RestrictionSettings { denies_until_known: true, ..settings });
        self
    }

    /// Gives traces that begin here ids of 64 bits, the highest of which is 0: for a fleet in which somebody does not know longer ones.
    /// 128 bits by default.
    #[must_use]
    pub fn with_64_bit_trace_ids(mut self) -> Self {
        self.has_short_trace_ids = true;
        self
    }

    /// Bytes of spans that may wait to be sent; what comes then is dropped and counted. 96 MiB by default, some 200,000 spans of a
    /// request. On the SDK the queue is bounded in spans only.
    #[must_use]
    pub fn with_queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// Spans that may wait to be sent; what comes then is dropped and counted. None but the limit in bytes by default, and on the SDK
    /// 8,192.
    #[must_use]
    pub fn with_queue_spans(mut self, spans: NonZeroUsize) -> Self {
        self.queue_spans = Some(spans);
        self
    }

    /// How long a span waits, at most, before it is sent; 1 second by default.
    #[must_use]
    pub fn with_flush_interval(mut self, interval: Duration) -> Self {
        self.flush_interval = Some(interval);
        self
    }

    /// How often the name of the agent is resolved, beside after each error; every 30 seconds by default, never with [`Duration::MAX`].
    #[must_use]
    pub fn with_resolve_interval(mut self, interval: Duration) -> Self {
        self.resolve_interval = Some(interval);
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
    /// reported and lines for that are wanted, and when a [`Closer`](crate::Closer) is dropped and spans were lost.
    #[must_use]
    pub fn with_logger(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.logger = Logger::new(log);
        self
    }
}
