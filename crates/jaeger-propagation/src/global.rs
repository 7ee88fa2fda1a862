//! The program's own propagator: what whoever is told nothing else reads and writes headers with.

use std::sync::{PoisonError, RwLock};

use crate::Propagator;

static GLOBAL: RwLock<Option<Propagator>> = RwLock::new(None);

// === impl Propagator ===

impl Propagator {
    /// The propagator of the whole program: the one that was [set](Self::set_global) last, else [`Propagator::new`], Jaeger's format.
    ///
    /// The layers of `tower-jaeger` take it at their first request, unless they are given one of their own.
    pub fn global() -> Self {
        GLOBAL.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// Makes this the propagator of the whole program. What has taken the one before keeps that.
    ///
    /// OpenTelemetry's global propagator is another matter, and is left as it is.
    pub fn set_global(propagator: Self) {
        *GLOBAL.write().unwrap_or_else(PoisonError::into_inner) = Some(propagator);
    }
}
