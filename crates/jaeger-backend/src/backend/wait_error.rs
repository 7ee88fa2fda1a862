//! Why a trace was not there in time.

use std::sync::Arc;
use std::time::Duration;
use std::{error, fmt};

use crate::store::{ParseTraceIdError, Trace};

/// [`Backend::wait_for_trace`](super::Backend::wait_for_trace) and its like gave up. The message shows what had come.
#[derive(Debug)]
pub struct WaitError {
    kind: WaitErrorKind,
}

#[derive(Debug)]
enum WaitErrorKind {
    Id(ParseTraceIdError),
    Deadline { wanted: String, spans: usize, deadline: Duration, found: Option<Arc<Trace>> },
}

// === impl WaitError ===

impl WaitError {
    pub(super) fn deadline(
        wanted: String,
        spans: usize,
        deadline: Duration,
        found: Option<Arc<Trace>>,
    ) -> Self {
        Self { kind: WaitErrorKind::Deadline { wanted, spans, deadline, found } }
    }

    /// What had come of the trace when the time was over.
    pub fn found(&self) -> Option<&Trace> {
        match &self.kind {
            WaitErrorKind::Deadline { found, .. } => found.as_deref(),
            WaitErrorKind::Id(_) => None,
        }
    }
}

impl From<ParseTraceIdError> for WaitError {
    fn from(error: ParseTraceIdError) -> Self {
        Self { kind: WaitErrorKind::Id(error) }
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            WaitErrorKind::Id(error) => write!(f, "expected a trace id to wait for: {error}"),
            WaitErrorKind::Deadline { wanted, spans, deadline, found } => {
                let count = found.as_ref().map_or(0, |trace| trace.spans().len());
                write!(f, "expected {spans} spans of {wanted} within {deadline:?}, found {count}")?;
                found.as_ref().map_or(Ok(()), |trace| write!(f, ":\n{}", trace.tree()))
            }
        }
    }
}

impl error::Error for WaitError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            WaitErrorKind::Id(error) => Some(error),
            WaitErrorKind::Deadline { .. } => None,
        }
    }
}
