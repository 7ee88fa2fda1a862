//! Samplers: which traces are recorded and reported.

mod constant;
mod debug;
mod guaranteed;
mod per_operation;
mod probabilistic;
mod rate_limiting;
mod remote;
mod shared;

pub(crate) use self::shared::SharedSampler;
pub use self::{
    constant::ConstSampler,
    debug::DebugSampler,
    guaranteed::GuaranteedThroughputSampler,
    per_operation::{DEFAULT_MAX_OPERATIONS, OperationStrategies, PerOperationSampler},
    probabilistic::ProbabilisticSampler,
    rate_limiting::RateLimitingSampler,
    remote::{DEFAULT_SAMPLING_ENDPOINT, RemoteSampler, RemoteSamplerBuilder, RemoteSamplerStats},
};
