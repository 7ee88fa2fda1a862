//! Jaeger's flags on their way from the `Context` to the finished span.
//!
//! OpenTelemetry's SpanContext has no room for Jaeger's debug and firehose flags: bit 2 of its flags means something
//! else. `jaeger-propagation` keeps them beside it in the `Context`; the finished span no longer knows its `Context`.
//! So [`FlagsProcessor`] copies them into one reserved attribute when the span starts, and the conversion takes them
//! out again.

use jaeger_propagation::{Flags, JaegerState};
use opentelemetry::{Context, KeyValue, trace::Span as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use std::time::Duration;

/// The reserved attribute: an integer with Jaeger's flags. It is never exported as a tag.
pub const FLAGS_ATTRIBUTE: &str = JaegerState::FLAGS_ATTRIBUTE;

/// Copies Jaeger's debug and firehose flags from the parent `Context` into the starting span.
///
/// For programs that build their own `SdkTracerProvider`, as the first of its processors; `jaeger-client` has it
/// built in. Spans of traces without such flags are not touched.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlagsProcessor;

/// Jaeger's flags of a finished span: *sampled* from its SpanContext, the others from [`FLAGS_ATTRIBUTE`].
///
/// The flags of a debug span are 3, debug and sampled.
pub fn flags_of(span: &SpanData) -> Flags {
    JaegerState::recorded_flags(&span.span_context, &span.attributes)
}

/// The flags that OpenTelemetry's SpanContext cannot hold.
const EXTRA_FLAGS: u8 = Flags::DEBUG.bits() | Flags::FIREHOSE.bits();

// === impl FlagsProcessor ===

impl SpanProcessor for FlagsProcessor {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        let trace_id = span.span_context().trace_id();
        let bits = JaegerState::flags_of(cx, trace_id).map_or(0, |flags| flags.bits() & EXTRA_FLAGS);
        if bits != 0 {
            span.set_attribute(KeyValue::new(FLAGS_ATTRIBUTE, i64::from(bits)));
        }
    }

    fn on_end(&self, _span: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _resource: &Resource) {}
}
