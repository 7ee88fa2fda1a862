#![doc = include_str!("../README.md")]

mod clock;
mod ids;
mod pool;
mod queue;
mod record;
mod worker;

mod provider;
mod sampler;
mod span;
mod tracer;

pub use self::{
    provider::{JaegerTracerProvider, JaegerTracerProviderBuilder, ShutdownError},
    sampler::{Decision, Sampler, SamplerParam},
    span::{JaegerSpan, RecordingSpan, SpanWriter},
    tracer::{JaegerTracer, Parent, SpanStart},
};
