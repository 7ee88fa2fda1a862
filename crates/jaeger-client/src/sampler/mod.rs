//! Samplers: which traces are recorded and reported.

mod constant;
mod debug;

pub use self::{constant::ConstSampler, debug::DebugSampler};
