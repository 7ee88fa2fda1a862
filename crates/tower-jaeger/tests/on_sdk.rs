//! The suite on the engine of the OpenTelemetry SDK.

#[path = "support/sdk.rs"]
mod engine;
mod suite;
mod support;
