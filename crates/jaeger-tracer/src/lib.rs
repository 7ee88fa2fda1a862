#![doc = include_str!("../README.md")]

mod clock;
mod ids;
mod pool;
mod queue;
mod record;
mod sync;
mod worker;

mod global;
mod provider;
mod sampler;
mod span;
mod tracer;

pub use self::{
    global::{clear_global, global_tracer, set_global},
    provider::{JaegerTracerProvider, JaegerTracerProviderBuilder, ShutdownError},
    sampler::{Decision, Sampler, SamplerParam},
    span::{JaegerSpan, RecordingSpan, SpanWriter},
    tracer::{JaegerTracer, Parent, SpanStart},
};
