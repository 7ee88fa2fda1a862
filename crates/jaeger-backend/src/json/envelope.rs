//! The object around every answer of the query API.

use serde::Serialize;

/// `data` with the counts Jaeger gives, or `errors`.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: Option<T>,
    pub(crate) total: usize,
    limit: usize,
    offset: usize,
    errors: Option<Vec<Problem>>,
}

/// An entry of `errors`.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    msg: String,
    #[serde(rename = "traceID", skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

// === impl Envelope ===

impl<T> Envelope<T> {
    /// An answer without problems. Jaeger sets `total` for names only and leaves it 0 for traces.
    pub(crate) fn new(data: T, total: usize) -> Self {
        Self { data: Some(data), total, limit: 0, offset: 0, errors: None }
    }

    /// The answer's problems; none is `null`.
    pub(crate) fn with_problems(self, problems: Vec<Problem>) -> Self {
        let errors = (!problems.is_empty()).then_some(problems);
        Self { errors, ..self }
    }
}

impl Envelope<()> {
    /// An answer that is nothing but an error of that HTTP status.
    pub(crate) fn error(code: u16, msg: String) -> Self {
        let problem = Problem { code: Some(code), msg, trace_id: None };
        Self { data: None, total: 0, limit: 0, offset: 0, errors: Some(vec![problem]) }
    }
}

// === impl Problem ===

impl Problem {
    /// One of several traces asked for is not kept.
    pub(crate) fn trace_not_found(trace_id: String) -> Self {
        Self { code: None, msg: "trace not found".to_owned(), trace_id: Some(trace_id) }
    }
}
