//! The trace, told to the caller.

use http::{HeaderMap, HeaderName, HeaderValue};
use jaeger_propagation::SpanContext;

/// A header by which the response tells its caller which trace it belongs to, for support and for logs. None by default.
///
/// ```
/// use http::HeaderName;
/// use tower_jaeger::{ResponseHeader, ServerLayer};
///
/// let layer = ServerLayer::new()
///     .with_response_header(ResponseHeader::trace_id(HeaderName::from_static("x-trace-id")));
/// ```
///
/// A header of that name which the service itself has set is replaced. Requests that the filter leaves out, and programs without a
/// tracer, have none.
#[derive(Clone, Debug)]
pub struct ResponseHeader {
    name: HeaderName,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    TraceId,
    Jaeger,
    W3c,
}

// === impl ResponseHeader ===

impl ResponseHeader {
    /// The trace id alone, as 16 or 32 hex digits, as one types it into Jaeger's search.
    pub const fn trace_id(name: HeaderName) -> Self {
        Self { name, form: Form::TraceId }
    }

    /// `uber-trace-id`, with the server span and its flags.
    pub const fn uber_trace_id() -> Self {
        Self { name: HeaderName::from_static("uber-trace-id"), form: Form::Jaeger }
    }

    /// `traceresponse`, in the form of a `traceparent`, as W3C's draft for responses has it.
    pub const fn traceresponse() -> Self {
        Self { name: HeaderName::from_static("traceresponse"), form: Form::W3c }
    }

    pub(crate) fn set(&self, span: SpanContext, headers: &mut HeaderMap) {
        let value = match self.form {
            Form::TraceId => HeaderValue::try_from(span.trace_id.to_string()),
            Form::Jaeger => HeaderValue::from_str(span.to_header().as_str()),
            Form::W3c => HeaderValue::from_str(span.to_traceparent().as_str()),
        };
        if let Ok(value) = value {
            // A response that is full goes without.
            let _ = headers.try_insert(self.name.clone(), value);
        }
    }
}
