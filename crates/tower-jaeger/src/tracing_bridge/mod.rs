//! The bridge from the `tracing` crate; the only folder that knows it.
//!
//! Its spans are left to `tracing-opentelemetry`, which starts them below `Context::current()`, where the layers have put
//! theirs, and makes them current while they are entered. So the span to which an event belongs is always the current
//! one, whoever started it, and neither half has to know the other.

mod event_layer;
mod fields;
mod with_trace_id;

pub use event_layer::EventLayer;
pub use with_trace_id::{TraceIdWriter, WithTraceId};

use opentelemetry::Context;
use tracing_core::Metadata;

/// The context in which an event was logged.
///
/// `None` for what OpenTelemetry's crates log themselves: they do so while they hold the very span or the thread's list of
/// contexts, and asking for either would be a deadlock or a panic. `None` too for what an exporter causes in a scope
/// where telemetry is suppressed: it would feed on itself.
fn context_of(event: &Metadata<'_>) -> Option<Context> {
    if event.target().starts_with("opentelemetry") {
        return None;
    }
    Some(Context::current()).filter(|context| !context.is_telemetry_suppressed())
}
