//! What the layers do, whatever the engine: `on_sdk.rs` and `on_native.rs` run it.

mod axum;
mod client;
mod forwarding;
mod handler;
mod lifecycle;
mod metrics;
mod server;
mod settings;
mod stack;
mod tags;
mod tracing;
