//! What a layer and its services share: configured on the layer, read for each request.

use std::sync::Arc;

use crate::settings::Settings;

/// `O` are the settings of one side: `ServerSettings`, or none.
#[derive(Debug)]
pub(crate) struct Shared<T, O> {
    /// Behind an `Arc`, because a setter on a clone of the layer copies this and tracers need not be `Clone`.
    pub(crate) tracer: Arc<T>,
    pub(crate) settings: Settings,
    pub(crate) own: O,
}

// === impl Shared ===

impl<T, O: Default> Shared<T, O> {
    pub(crate) fn new(tracer: T) -> Arc<Self> {
        Arc::new(Self { tracer: Arc::new(tracer), settings: Settings::default(), own: O::default() })
    }
}

impl<T, O: Clone> Clone for Shared<T, O> {
    fn clone(&self) -> Self {
        Self { tracer: Arc::clone(&self.tracer), settings: self.settings.clone(), own: self.own.clone() }
    }
}
