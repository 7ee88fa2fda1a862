//! Where the client writes the few lines it has to say.

use std::{
    fmt,
    io::{self, Write},
    sync::Arc,
};

/// Takes one line at a time, without a line end. Clones write to the same place.
#[derive(Clone)]
pub(crate) struct Logger(Arc<dyn Fn(&str) + Send + Sync>);

// === impl Logger ===

impl Logger {
    pub(crate) fn new(log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(log))
    }

    pub(crate) fn log(&self, line: &str) {
        (self.0)(line);
    }
}

impl Default for Logger {
    fn default() -> Self {
        // Not `eprintln!`, which panics when nobody reads standard error any more.
        Self::new(|line| {
            let _ = writeln!(io::stderr(), "{line}");
        })
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logger")
    }
}
