#![doc = include_str!("../README.md")]

mod asleep;
mod clock;
mod ids;
mod pool;
mod priority;
mod queue;
mod record;
mod registry;
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
    registry::is_any_said as is_any_priority_set,
    sampler::{Decision, Sampler, SamplerParam},
    span::{JaegerSpan, RecordingSpan, SpanWriter},
    tracer::{JaegerTracer, Parent, SpanStart},
};
