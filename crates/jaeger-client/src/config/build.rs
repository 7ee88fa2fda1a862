//! From the settings to a running tracer.

use std::{iter, mem, sync::Arc};

use jaeger_exporter::{BatchSender, process_of};
use jaeger_propagation::{BaggageRestrictions, Propagator};
use jaeger_tracer::{JaegerTracerProvider, JaegerTracerProviderBuilder, clear_global, set_global};
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler as SdkSampler, SdkTracerProvider},
};

use super::{
    Config,
    destination::{Destination, Pace, Started, log_changes},
    sampler_choice::BuiltSampler,
};
use crate::{
    closer::{Closer, Engine},
    error::{ConfigError, ConfigErrorKind},
    logging_reporter::{self, LoggingReporter},
    meter::Counters,
    pipeline::Pipeline,
    poll::Poll,
    sampler::{DebugSampler, SharedSampler},
    short_trace_ids::ShortTraceIds,
    way::{Peer, Way},
};

// === impl Config ===

impl Config {
    /// Starts the tracer and makes it the one of the whole program: the global tracer provider, and the global propagator of
    /// OpenTelemetry and of the layers. A [disabled](Self::with_disabled) one leaves all that as it is.
    ///
    /// Keep the [`Closer`] until the program ends.
    ///
    /// # Errors
    ///
    /// When there is no service name, or a setting cannot be used as it is.
    pub fn install(self) -> Result<Closer, ConfigError> {
        if self.is_disabled {
            return Ok(Closer::disabled(self.logger));
        }
        let propagator = self.propagator.clone();
        let closer = if self.needs_sdk().is_some() {
            let (provider, closer) = self.build_sdk()?;
            clear_global();
            global::set_tracer_provider(provider);
            closer
        } else {
            let (provider, closer) = self.build()?;
            set_global(provider);
            closer
        };
        BaggageRestrictions::set_global(closer.baggage_restrictions().clone());
        global::set_text_map_propagator(propagator.clone());
        Propagator::set_global(propagator);
        Ok(closer)
    }

    /// Starts the native tracer and touches nothing global: for tests, and for several services in one program.
    ///
    /// # Errors
    ///
    /// When there is no service name, a setting cannot be used as it is, or one needs the SDK.
    pub fn build(mut self) -> Result<(JaegerTracerProvider, Closer), ConfigError> {
        if self.is_disabled {
            return Ok((JaegerTracerProvider::disabled(), Closer::disabled(self.logger)));
        }
        self.check_name()?;
        if let Some(what) = self.needs_sdk() {
            return Err(ConfigErrorKind::NeedsSdk(what).into());
        }
        let sender = self.prepared(self.destination.sender(&self.collector_headers)?);
        let further: Vec<_> =
            mem::take(&mut self.further).into_iter().map(|sender| self.prepared(sender)).collect();
        // Their reporters' counters are known when the tracer runs.
        let mut ways = iter::once(&sender).chain(&further).map(|sender| Way::of(sender, Arc::default()));
        let Some(mut first) = ways.next() else { unreachable!("there is the first") };
        let mut further_ways: Vec<_> = ways.collect();
        let (baggage, restrictions) = self.start_restrictions()?;
        let (BuiltSampler { sampler, remote, .. }, config) = self.start_sampler(&first.peer, "")?;
        let builder = JaegerTracerProvider::builder(sender).with_sampler(SharedSampler(sampler));
        let builder = further.into_iter().fold(config.with_settings_of_spans(builder), |builder, sender| {
            builder.with_further_sender(sender, log_changes(config.logger.clone()))
        });
        let provider = builder.build();
        first.reporter = provider.stats();
        for (way, stats) in further_ways.iter_mut().zip(provider.further_stats()) {
            way.reporter = stats;
        }
        let (poll, sampler) = remote.unzip();
        let polls = poll.into_iter().chain(restrictions.clone());
        let counters = Counters { first, further: further_ways, sampler, baggage, restrictions };
        let closer = Closer::new(Engine::Native(provider.clone()), counters, config.logger);
        Ok((provider, closer.with_polls(polls)))
    }

    /// The same with the OpenTelemetry SDK as the engine.
    ///
    /// # Errors
    ///
    /// When there is no service name, or a setting cannot be used as it is.
    pub fn build_sdk(mut self) -> Result<(SdkTracerProvider, Closer), ConfigError> {
        if self.is_disabled {
            let provider = SdkTracerProvider::builder().build();
            // Its tracers then do nothing; that it has been shut down already cannot be.
            let _ = provider.shutdown();
            return Ok((provider, Closer::disabled(self.logger)));
        }
        self.check_name()?;
        let Self { queue_spans: spans, flush_interval, resolve_interval, .. } = self;
        let pace = Pace { spans, flush_interval, resolve_interval };
        let destination = mem::take(&mut self.destination);
        let Started { reporter, way } = destination.start(&self.collector_headers, pace, &self.logger)?;
        let further = mem::take(&mut self.further).into_iter();
        let (further, further_ways) = further
            .map(|sender| Started::jaeger(sender, pace, &self.logger))
            .map(|Started { reporter, way }| (reporter, way))
            .unzip();
        let (baggage, restrictions) = self.start_restrictions()?;
        self.note_what_the_sdk_cannot_do();
        let (BuiltSampler { sampler, remote, .. }, config) =
            self.start_sampler(&way.peer, ", on the OpenTelemetry SDK")?;
        let Self { service_name, tags, log_spans, logger, has_short_trace_ids, .. } = config;
        let resource =
            Resource::builder_empty().with_attributes(tags).with_service_name(service_name).build();
        let logging = log_spans.then(|| LoggingReporter::to(logger.clone()));
        let mut builder = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(DebugSampler::new(SdkSampler::parent_based(SharedSampler(sampler))))
            .with_span_processor(Pipeline { logging, reporter, further });
        if has_short_trace_ids {
            builder = builder.with_id_generator(ShortTraceIds::default());
        }
        let provider = builder.build();
        let (poll, sampler) = remote.unzip();
        let polls = poll.into_iter().chain(restrictions.clone());
        let counters = Counters { first: way, further: further_ways, sampler, baggage, restrictions };
        let closer = Closer::new(Engine::Sdk(provider.clone()), counters, logger);
        Ok((provider, closer.with_polls(polls)))
    }

    fn check_name(&self) -> Result<(), ConfigError> {
        if self.service_name.trim().is_empty() { Err(ConfigErrorKind::NoServiceName.into()) } else { Ok(()) }
    }

    /// Why it cannot be the native tracer.
    fn needs_sdk(&self) -> Option<&'static str> {
        match &self.destination {
            Destination::Other { .. } => Some("an exporter of the SDK"),
            _ => self.is_on_sdk.then_some("with_sdk"),
        }
    }

    fn note_what_the_sdk_cannot_do(&mut self) {
        let settings = [
            (self.queue_bytes.is_some(), "the limit of the queue in bytes"),
            (self.max_tag_value_bytes.is_some(), "the limit of tag values"),
            (self.max_logs_per_span.is_some(), "the limit of logs"),
        ];
        for (_, what) in settings.into_iter().filter(|(is_set, _)| *is_set) {
            self.notes.push(format!("{what} has no effect on the OpenTelemetry SDK"));
        }
    }

    /// The sampler, and what else is left; with the lines at the start.
    fn start_sampler(mut self, peer: &Peer, engine: &str) -> Result<(BuiltSampler, Self), ConfigError> {
        let sampler = mem::take(&mut self.sampler).build(&self.service_name, &self.logger)?;
        sampler.words.log_start(&self.service_name, peer, engine, &self.logger);
        for note in &self.notes {
            self.logger.log(&format!("jaeger: {note}"));
        }
        Ok((sampler, self))
    }

    fn start_restrictions(&self) -> Result<(BaggageRestrictions, Option<Poll>), ConfigError> {
        let Some(settings) = self.baggage_restrictions.clone() else { return Ok(Default::default()) };
        let (restrictions, poll) = settings.start(&self.service_name, &self.logger)?;
        Ok((restrictions, Some(poll)))
    }

    /// A sender of the native tracer that knows whose spans it sends.
    fn prepared(&self, mut sender: BatchSender) -> BatchSender {
        let name = KeyValue::new("service.name", self.service_name.clone());
        // The last one of a key counts, as in a resource.
        let tags = self.tags.iter().enumerate().filter(|(at, tag)| {
            !self.tags.iter().skip(at + 1).any(|later| later.key == tag.key) && tag.key != name.key
        });
        let attributes = tags.map(|(_, tag)| tag).chain([&name]);
        sender.set_process(&process_of(attributes.map(|tag| (&tag.key, &tag.value))));
        self.resolve_interval.into_iter().fold(sender, BatchSender::with_resolve_interval)
    }

    fn with_settings_of_spans(
        &self,
        mut builder: JaegerTracerProviderBuilder,
    ) -> JaegerTracerProviderBuilder {
        builder = builder.with_on_change(log_changes(self.logger.clone()));
        if let Some(bytes) = self.queue_bytes {
            builder = builder.with_queue_bytes(bytes);
        }
        if let Some(spans) = self.queue_spans {
            builder = builder.with_queue_spans(spans);
        }
        if let Some(interval) = self.flush_interval {
            builder = builder.with_flush_interval(interval);
        }
        if let Some(bytes) = self.max_tag_value_bytes {
            builder = builder.with_max_tag_value_bytes(bytes);
        }
        if let Some(logs) = self.max_logs_per_span {
            builder = builder.with_max_logs_per_span(logs);
        }
        if self.has_short_trace_ids {
            builder = builder.with_64_bit_trace_ids();
        }
        if self.log_spans {
            let logger = self.logger.clone();
            builder =
                builder.with_on_report(move |span, name| logger.log(&logging_reporter::line(&span, name)));
        }
        builder
    }
}
