//! Where the backend says what nobody has asked it.

use std::{fmt, sync::Arc};

type Write = dyn Fn(&str) + Send + Sync;

/// Writes lines.
#[derive(Clone)]
pub(crate) struct Logger(Arc<Write>);

// === impl Logger ===

impl Logger {
    pub(crate) fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    pub(crate) fn line(&self, text: &str) {
        (self.0)(text);
    }
}

impl Default for Logger {
    fn default() -> Self {
        Self::new(|text| {
            use std::io::Write;

            // A closed standard error is no reason to stop.
            let _ = writeln!(std::io::stderr().lock(), "jaeger-backend: {text}");
        })
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logger").finish_non_exhaustive()
    }
}
