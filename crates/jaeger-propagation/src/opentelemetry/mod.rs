//! The adapter to OpenTelemetry; the only folder that knows the `opentelemetry` crate.
//!
//! The ids, the sampling decision and W3C's trace state become OpenTelemetry's SpanContext. The rest of Jaeger's
//! flags and the debug id have no room there (bit 2 of its `TraceFlags` means something else) and stand beside it in
//! the `Context`, as [`JaegerState`]. Baggage becomes OpenTelemetry's, so that programs see and change it by its API;
//! what that cannot hold stands beside it too.

mod baggage_restrictions;
mod context;
mod cut;
mod ids;
mod late_state;
mod meter;
mod state;
mod text_map;

pub use baggage_restrictions::BaggageRestrictions;
pub use context::{span_context_of, with_trace_of};
pub use late_state::LateState;
pub use state::JaegerState;
