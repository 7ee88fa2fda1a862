//! What a layer and its services share: configured on the layer, read for each request.

use std::sync::Arc;

use jaeger_propagation::Propagator;

use crate::DebugIds;

#[derive(Debug)]
pub(crate) struct Shared<T> {
    /// Behind an `Arc`, because a setter on a clone of the layer copies this and tracers need not be `Clone`.
    pub(crate) tracer: Arc<T>,
    pub(crate) propagator: Propagator,
    /// Of a server only: nobody asks a client.
    pub(crate) debug_ids: DebugIds,
}

// === impl Shared ===

impl<T> Shared<T> {
    pub(crate) fn new(tracer: T) -> Arc<Self> {
        Arc::new(Self {
            tracer: Arc::new(tracer),
            propagator: Propagator::new(),
            debug_ids: DebugIds::default(),
        })
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self {
            tracer: Arc::clone(&self.tracer),
            propagator: self.propagator.clone(),
            debug_ids: self.debug_ids.clone(),
        }
    }
}
