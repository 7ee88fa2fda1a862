//! From the settings to a running tracer.

use jaeger_exporter::{BatchSender, EndpointError, process_of};
use jaeger_propagation::Propagator;
use jaeger_tracer::{JaegerTracerProvider, clear_global, set_global};
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler as SdkSampler, SdkTracerProvider},
};

use super::{
    Config,
    destination::{Destination, Started, log_changes},
};
use crate::{
    closer::{Closer, Engine, Peer},
    error::{ConfigError, ConfigErrorKind},
    logging_reporter::{self, LoggingReporter},
    pipeline::Pipeline,
    sampler::{DebugSampler, SharedSampler},
};

// === impl Config ===

impl Config {
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
