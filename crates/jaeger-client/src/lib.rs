#![doc = include_str!("../README.md")]

mod config;
mod error;

mod baggage_restrictions;
mod closer;
mod collector_headers;
mod logger;
mod logging_reporter;
mod meter;
#[cfg(any(feature = "otlp", feature = "otlp-grpc"))]
mod otlp;
mod pipeline;
mod poll;
mod sampler;
mod short_trace_ids;
mod way;

pub use self::{
    closer::{Closer, DEFAULT_CLOSE_DEADLINE},
    config::{Config, DEFAULT_COLLECTOR_ENDPOINT, FileSettings},
    error::ConfigError,
    logging_reporter::LoggingReporter,
    sampler::{
        ConstSampler, DEFAULT_MAX_OPERATIONS, DEFAULT_SAMPLING_ENDPOINT, DebugSampler,
        GuaranteedThroughputSampler, OperationStrategies, PerOperationSampler, ProbabilisticSampler,
        RateLimitingSampler, RemoteSampler, RemoteSamplerBuilder, RemoteSamplerStats,
    },
    way::CloseReport,
};
pub use jaeger_exporter::{BatchSender, InMemoryReporter};
pub use jaeger_tracer::{Decision, Sampler, SamplerParam};
