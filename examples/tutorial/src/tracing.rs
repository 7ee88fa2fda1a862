//! The tracer of each program of the tutorial, and the lines that say what it reports.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jaeger_client::{Closer, Config, ConfigError};
use opentelemetry::global;
use opentracing_shim::Tracer;

use crate::console;

/// How long the last spans may take to be sent.
pub(crate) const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

/// Where the spans go.
#[derive(Clone, Debug)]
pub(crate) struct Reporting {
    /// A collector's URL.
    pub(crate) collector: String,
    pub(crate) log: Log,
}

/// Prints what tracers log, and remembers of the reported spans which trace they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    reported: Arc<Mutex<Vec<Reported>>>,
}

/// A trace, and how much of it was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) trace_id: String,
    pub(crate) spans: usize,
}

/// A tracer that reports every trace, and says so of each span.
pub(crate) fn init(service: &str, reporting: &Reporting) -> Result<(Tracer, Closer), ConfigError> {
    let log = reporting.log.clone();
    let closer = Config::new(service)
        .with_collector_endpoint(&reporting.collector)
        .with_log_spans()
        .with_logger(move |line| log.add("", line))
        .install()?;
    Ok((Tracer::new(&global::tracer_provider()), closer))
}

// === impl Log ===

impl Log {
    /// Prints a line after a prefix.
    pub(crate) fn add(&self, prefix: &str, line: &str) {
        console::complain(&format!("{prefix}{line}"));
        let trace_id = line.strip_prefix("Reporting span ").and_then(|ids| ids.split_once(':'));
        let Some((trace_id, _)) = trace_id else { return };
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        match reported.iter_mut().find(|trace| trace.trace_id == trace_id) {
            Some(trace) => trace.spans += 1,
            None => reported.push(Reported { trace_id: trace_id.to_owned(), spans: 1 }),
        }
    }

    /// In the order of their first spans.
    pub(crate) fn reported(&self) -> Vec<Reported> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
