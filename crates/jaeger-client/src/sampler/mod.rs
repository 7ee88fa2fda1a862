//! Samplers: which traces are recorded and reported.

mod constant;
mod debug;
mod probabilistic;
mod shared;

pub(crate) use self::shared::SharedSampler;
pub use self::{constant::ConstSampler, debug::DebugSampler, probabilistic::ProbabilisticSampler};
