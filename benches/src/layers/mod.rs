//! A request through a server layer in an axum router, over the bare router: ours beside the other layers.

mod by_hand;
mod floor_layer;
mod nothing;
mod ours;
mod peers;

use axum::{Router, routing::get};

use self::{
    by_hand::{Attributes, ByHandLayer},
    floor_layer::{FloorLayer, FloorSpans},
    nothing::NothingLayer,
};
use crate::{
    caller::{Caller, SAMPLED, SAMPLED_ROOT, UNSAMPLED, UNSAMPLED_ROOT},
    operation::{Operation, Result},
    requests::{self, HELLO},
    table::Table,
    tracers::Sdk,
};

/// How many tags those spans have at least that are to be compared.
const TAGS: usize = 6;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        table("HTTP server layer in an axum router, sampled parent", SAMPLED),
        table("HTTP server layer in an axum router, unsampled parent", UNSAMPLED),
        table("HTTP server layer in an axum router, no trace header, nothing is sampled", UNSAMPLED_ROOT),
        table("HTTP server layer in an axum router, no trace header, sampled root", SAMPLED_ROOT),
    ]
}

fn table(title: &'static str, caller: Caller) -> Table {
    let table = Table::new(title)
        .built_entry("bare router", move || Ok(requests::routed(router(), caller.jaeger)))
        .built_entry("a layer that does nothing", move || {
            Ok(requests::routed(router().layer(NothingLayer), caller.jaeger))
        })
        .built_entry("the floor, which exports nothing", move || floor(caller))
        .built_entry("tower-jaeger, native tracer", move || ours::native(caller))
        .built_entry("tower-jaeger, as in the quick start", move || ours::quick_start(caller))
        .built_entry("tower-jaeger, OpenTelemetry SDK", move || ours::sdk(caller))
        .built_entry("by hand, OpenTelemetry SDK, attributes as ours", move || {
            by_hand(caller, Attributes::AsOurs)
        })
        .built_entry("by hand, OpenTelemetry SDK, six attributes and status", move || {
            by_hand(caller, Attributes::Six)
        })
        .built_entry("fastrace-tower, ends at the head", move || peers::fastrace_tower(caller))
        .built_entry("opentelemetry-instrumentation-tower, ends at the head", move || {
            peers::opentelemetry_instrumentation_tower(caller)
        })
        .built_entry("tower-otel, with trace_body", move || peers::tower_otel(caller));
    #[cfg(feature = "axum-tracing-opentelemetry")]
    let table = table.built_entry("axum-tracing-opentelemetry, ends at the head", move || {
        peers::axum_tracing_opentelemetry(caller)
    });
    table
}

fn floor(caller: Caller) -> Result<Operation> {
    let app = router().layer(FloorLayer { samples_roots: caller.samples_roots });
    requests::routed(app, caller.jaeger).verified(FloorSpans::new(), caller.expected().with_tags(TAGS))
}

fn by_hand(caller: Caller, attributes: Attributes) -> Result<Operation> {
    let sdk = Sdk::start(caller.samples_roots);
    let app = router().layer(ByHandLayer { tracer: sdk.tracer(), attributes });
    requests::routed(app, caller.w3c).verified(sdk, caller.expected().with_tags(TAGS))
}

fn router() -> Router {
    Router::new().route("/users/{id}", get(async || HELLO))
}
