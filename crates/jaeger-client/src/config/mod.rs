//! From a service name and an endpoint to a running tracer.

mod build;
mod destination;
mod sampler_words;

use std::{num::NonZeroU32, sync::Arc};

use jaeger_exporter::Reporter;
use jaeger_tracer::Sampler;
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanExporter;

use self::{destination::Destination, sampler_words::SamplerWords};
use crate::{
    collector_headers::{Auth, CollectorHeaders},
    logger::Logger,
    sampler::ConstSampler,
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
}
