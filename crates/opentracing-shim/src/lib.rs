#![doc = include_str!("../README.md")]

mod span;
mod span_builder;
mod tracer;

mod format;
mod global;
mod scope;
mod shared_span;
mod span_context;
mod span_inner;
mod value;

mod error;
mod event;
mod priority;
mod recording;

pub mod conformance;
pub mod ext;
pub mod mock;

pub use self::{
    error::PropagationError,
    format::{Binary, ExtractFormat, HttpHeaders, InjectFormat, TextMap},
    global::{AlreadyRegistered, global_tracer, is_global_tracer_registered, set_global_tracer},
    scope::Scope,
    span::Span,
    span_builder::{ReferenceType, SpanBuilder},
    span_context::SpanContext,
    tracer::{Tracer, TracerBuilder},
    value::{Field, Value, field},
};
pub use jaeger_propagation::{CarrierFormat, ExtractCarrier, InjectCarrier, Written};
