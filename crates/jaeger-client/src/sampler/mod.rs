//! Samplers: which traces are recorded and reported.

mod constant;
mod debug;
mod probabilistic;
mod rate_limiting;
mod shared;

pub(crate) use self::shared::SharedSampler;
pub use self::{
    constant::ConstSampler, debug::DebugSampler, probabilistic::ProbabilisticSampler,
    rate_limiting::RateLimitingSampler,
};
