//! The tracer of the whole program.

use std::{error, fmt, sync::OnceLock};

use crate::Tracer;

static GLOBAL: OnceLock<Tracer> = OnceLock::new();

/// There is a global tracer already, and it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyRegistered;

/// Makes this the tracer of the whole program. That is done once.
///
/// # Errors
///
/// When it has been done before.
pub fn set_global_tracer(tracer: Tracer) -> Result<(), AlreadyRegistered> {
    GLOBAL.set(tracer).map_err(|_| AlreadyRegistered)
}

/// The tracer of the whole program; a no-op tracer before there is one.
pub fn global_tracer() -> Tracer {
    GLOBAL.get().cloned().unwrap_or_else(Tracer::noop)
}

/// Whether there is one.
pub fn is_global_tracer_registered() -> bool {
    GLOBAL.get().is_some()
}

// === impl AlreadyRegistered ===

impl fmt::Display for AlreadyRegistered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the global tracer has been set before")
    }
}

impl error::Error for AlreadyRegistered {}
