//! The same suite on the native tracer: what the layers do does not depend on the engine.
#![cfg(feature = "native")]

#[path = "support/native.rs"]
mod engine;
mod suite;
mod support;
