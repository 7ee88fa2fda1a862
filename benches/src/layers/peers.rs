//! The layers of others, each as its own documentation says.

use axum::Router;
use fastrace::collector::SpanContext;
use fastrace_tower::{FastraceServerLayer, TRACEPARENT_HEADER};
use tower_otel::trace::HttpLayer;
use tracing::{Dispatch, Level, dispatcher};
use tracing_subscriber::{Registry, layer::SubscriberExt};

use super::router;
use crate::{
    caller::Caller,
    operation::{Operation, Result},
    requests,
    tracers::{Fastrace, Sdk},
};

/// It begins a trace where there is none, and samples it; a program that wants that not has to say so.
pub(super) fn fastrace_tower(caller: Caller) -> Result<Operation> {
    let exports = Fastrace::install();
    let mut layer = FastraceServerLayer::default();
    if !caller.samples_roots {
        layer = layer.with_span_context_extractor(|headers| {
            SpanContext::decode_w3c_traceparent(headers.get(TRACEPARENT_HEADER)?.to_str().ok()?)
        });
    }
    requests::routed(router().layer(layer), caller.w3c).verified(exports, caller.expected())
}

pub(super) fn opentelemetry_instrumentation_tower(caller: Caller) -> Result<Operation> {
    // The layer asks for the global tracer when it is made.
    let sdk = Sdk::install(caller.samples_roots);
    let layer = opentelemetry_instrumentation_tower::http::server::Layer::new();
    requests::routed(router().layer(layer), caller.w3c).verified(sdk, caller.expected())
}

#[cfg(feature = "axum-tracing-opentelemetry")]
pub(super) fn axum_tracing_opentelemetry(caller: Caller) -> Result<Operation> {
    let layer = axum_tracing_opentelemetry::middleware::OtelAxumLayer::default();
    through_tracing(router().layer(layer), caller)
}

pub(super) fn tower_otel(caller: Caller) -> Result<Operation> {
    through_tracing(router().layer(HttpLayer::server(Level::INFO).trace_body()), caller)
}

/// Spans of the `tracing` crate, whose subscriber makes spans of the SDK of them. It is there for these requests only: others
/// must not pay for it.
fn through_tracing(app: Router, caller: Caller) -> Result<Operation> {
    // For the global propagator.
    let sdk = Sdk::install(caller.samples_roots);
    let bridge = tracing_opentelemetry::layer().with_tracer(sdk.tracer());
    let subscriber = Dispatch::new(Registry::default().with(bridge));
    requests::routed(app, caller.w3c)
        .within(move || dispatcher::set_default(&subscriber))
        .verified(sdk, caller.expected())
}
