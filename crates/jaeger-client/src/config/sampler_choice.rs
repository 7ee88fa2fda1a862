//! Which sampler it is to be, from a program's own to one that variables name.

use std::{any::Any, sync::Arc, time::Duration};

use jaeger_tracer::Sampler;

use super::sampler_words::SamplerWords;
use crate::{
    error::{ConfigError, ConfigErrorKind},
    logger::Logger,
    poll::{DEFAULT_INTERVAL, Poll},
    sampler::{
        ConstSampler, DEFAULT_MAX_OPERATIONS, DEFAULT_SAMPLING_ENDPOINT, ProbabilisticSampler,
        RateLimitingSampler, RemoteSampler, RemoteSamplerStats,
    },
};

#[derive(Debug)]
pub(super) enum SamplerChoice {
    Own(BuiltSampler),
    Named(SamplerSettings),
}

/// A sampler, and what else there is to know of it.
#[derive(Debug)]
pub(super) struct BuiltSampler {
    pub(super) sampler: Arc<dyn Sampler>,
    pub(super) words: SamplerWords,
    /// Of a remote sampler: its thread, to be ended with the tracer, and its counters.
    pub(super) remote: Option<(Poll, Arc<RemoteSamplerStats>)>,
}

/// What jaeger-client-go's `SamplerConfig` holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SamplerSettings {
    pub(super) kind: SamplerKind,
    pub(super) param: f64,
    pub(super) endpoint: String,
    pub(super) refresh_interval: Duration,
    pub(super) max_operations: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SamplerKind {
    Const,
    Probabilistic,
    RateLimiting,
    Remote,
}

// === impl SamplerChoice ===

impl SamplerChoice {
    pub(super) fn own(sampler: impl Sampler + 'static) -> Self {
        let any: &dyn Any = &sampler;
        let remote = any.downcast_ref::<RemoteSampler>().map(|remote| (remote.poll(), remote.stats()));
        let words = SamplerWords::of(&sampler);
        Self::Own(BuiltSampler { sampler: Arc::new(sampler), words, remote })
    }

    /// The settings, to change some of them. Of a sampler of the program's own nothing is left.
    pub(super) fn settings(&mut self) -> &mut SamplerSettings {
        if let Self::Own(_) = self {
            *self = Self::Named(SamplerSettings::of_jaeger_client());
        }
        match self {
            Self::Named(settings) => settings,
            Self::Own(_) => unreachable!("it has just been replaced"),
        }
    }

    pub(super) fn build(self, service_name: &str, logger: &Logger) -> Result<BuiltSampler, ConfigError> {
        match self {
            Self::Own(sampler) => Ok(sampler),
            Self::Named(settings) => settings.build(service_name, logger),
        }
    }
}

impl Default for SamplerChoice {
    fn default() -> Self {
        Self::Named(SamplerSettings::every())
    }
}

// === impl SamplerSettings ===

impl SamplerSettings {
    /// What jaeger-client-go's `FromEnv` starts from: nothing is sampled before the endpoint has answered.
    pub(super) fn of_jaeger_client() -> Self {
        Self {
            kind: SamplerKind::Remote,
            param: 0.0,
            endpoint: DEFAULT_SAMPLING_ENDPOINT.to_owned(),
            refresh_interval: DEFAULT_INTERVAL,
            max_operations: DEFAULT_MAX_OPERATIONS,
        }
    }

    /// Every trace.
    pub(super) fn every() -> Self {
        Self { kind: SamplerKind::Const, param: 1.0, ..Self::of_jaeger_client() }
    }

    fn build(self, service_name: &str, logger: &Logger) -> Result<BuiltSampler, ConfigError> {
        let chosen = match self.kind {
            SamplerKind::Const => SamplerChoice::own(ConstSampler::new(self.param != 0.0)),
            SamplerKind::Probabilistic => SamplerChoice::own(self.probabilistic()?),
            SamplerKind::RateLimiting => SamplerChoice::own(RateLimitingSampler::new(self.param)),
            SamplerKind::Remote => SamplerChoice::own(self.remote(service_name, logger)?),
        };
        if self.kind == SamplerKind::Const && ![0.0, 1.0].contains(&self.param) {
            let param = self.param;
            logger.log(&format!(
                "jaeger: the sampler const samples every trace with the param {param}; probabilistic would sample a part of them"
            ));
        }
        if self.kind == SamplerKind::Remote && self.param == 0.0 {
            logger.log(&format!(
                "jaeger: no trace is sampled before {} has said how; JAEGER_SAMPLER_TYPE=const and JAEGER_SAMPLER_PARAM=1 sample every trace",
                self.endpoint
            ));
        }
        chosen.build(service_name, logger)
    }

    fn probabilistic(&self) -> Result<ProbabilisticSampler, ConfigError> {
        if !(0.0..=1.0).contains(&self.param) {
            return Err(ConfigErrorKind::Probability(self.param).into());
        }
        Ok(ProbabilisticSampler::new(self.param))
    }

    fn remote(&self, service_name: &str, logger: &Logger) -> Result<RemoteSampler, ConfigError> {
        let logger = logger.clone();
        RemoteSampler::builder(service_name)
            .with_endpoint(&self.endpoint)
            .with_refresh_interval(self.refresh_interval)
            .with_max_operations(self.max_operations)
            .with_initial_sampler(self.probabilistic()?)
            .with_on_change(move |result| match result {
                Ok(()) => logger.log("jaeger: the sampling strategy is known again"),
                Err(error) => logger.log(&format!(
                    "jaeger: the sampling strategy is not known, and traces are sampled as before: {error}"
                )),
            })
            .build()
    }
}

// === impl SamplerKind ===

impl SamplerKind {
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "const" => Ok(Self::Const),
            "probabilistic" => Ok(Self::Probabilistic),
            "ratelimiting" => Ok(Self::RateLimiting),
            "remote" => Ok(Self::Remote),
            _ => Err(format!(
                "unknown sampler type ({name}); there are const, probabilistic, ratelimiting and remote"
            )),
        }
    }
}
