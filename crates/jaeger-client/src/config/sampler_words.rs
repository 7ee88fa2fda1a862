//! The sampler in words, for the line at the start.

use std::any::{Any, type_name};

use jaeger_tracer::Sampler;

use crate::{
    logger::Logger,
    sampler::{ConstSampler, ProbabilisticSampler, RateLimitingSampler, RemoteSampler},
    way::Peer,
};

/// The sampler in the line that is logged at the start.
#[derive(Debug)]
pub(super) struct SamplerWords {
    traces: String,
    sampler: String,
}

// === impl SamplerWords ===

impl SamplerWords {
    pub(super) fn log_start(&self, service_name: &str, peer: &Peer, engine: &str, logger: &Logger) {
        let Self { traces, sampler } = self;
        logger.log(&format!(
            "jaeger: service {service_name:?} reports {traces} to {} (sampler {sampler}{engine})",
            peer.name
        ));
    }

    pub(super) fn of<S: Sampler + 'static>(sampler: &S) -> Self {
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
        } else if let Some(sampler) = sampler_of.downcast_ref::<RemoteSampler>() {
            ("traces".to_owned(), format!("remote {}", sampler.endpoint()))
        } else {
            // Its fields may be many.
            let name = type_name::<S>().rsplit("::").next().unwrap_or_default();
            ("traces".to_owned(), name.to_owned())
        };
        Self { traces, sampler }
    }
}
