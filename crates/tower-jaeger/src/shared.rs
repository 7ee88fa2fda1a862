//! What a layer and its services share: configured on the layer, read for each request.

use std::sync::Arc;

use jaeger_propagation::JaegerPropagator;

#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// Behind an `Arc`, because a setter on a clone of the layer copies this and tracers need not be `Clone`.
    pub(crate) tracer: Arc<T>,
    pub(crate) propagator: JaegerPropagator,
}

// === impl Shared ===

impl<T> Shared<T> {
    pub(crate) fn new(tracer: T) -> Arc<Self> {
        Arc::new(Self { tracer: Arc::new(tracer), propagator: JaegerPropagator::new() })
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { tracer: Arc::clone(&self.tracer), propagator: self.propagator.clone() }
    }
}
