//! The suite on the engine of the OpenTelemetry SDK.

#[path = "support/sdk.rs"]
mod engine;
mod support;

#[path = "suite/axum.rs"]
mod axum;
#[path = "suite/client.rs"]
mod client;
#[path = "suite/forwarding.rs"]
mod forwarding;
#[path = "suite/handler.rs"]
mod handler;
#[path = "suite/lifecycle.rs"]
mod lifecycle;
#[path = "suite/metrics.rs"]
mod metrics;
#[path = "suite/server.rs"]
mod server;
#[path = "suite/settings.rs"]
mod settings;
#[path = "suite/stack.rs"]
mod stack;
#[path = "suite/tags.rs"]
mod tags;
#[path = "suite/tracing.rs"]
mod tracing;
