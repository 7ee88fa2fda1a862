//! `WithTraceId`: the trace id in log lines.

use std::io::{self, Write};

use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing_core::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::context_of;

/// Where `tracing_subscriber::fmt` writes to, with the ids of the current span in each line: from a line one finds the trace,
/// and by its trace id all lines of a request in all services.
///
/// It works for every format of lines: one that is a JSON object gets the members `trace_id` and `span_id`, any other
/// `trace_id=… span_id=…` at its end. Outside of a span lines stay as they are. The ids are those that Jaeger shows, in
/// lower-case hexadecimal digits, also for a trace that is not sampled: its lines still belong together.
///
/// ```
/// use tower_jaeger::WithTraceId;
///
/// let subscriber = tracing_subscriber::fmt().with_writer(WithTraceId::new(std::io::stderr)).finish();
/// # drop(subscriber);
/// ```
#[derive(Clone, Debug)]
pub struct WithTraceId<M> {
    inner: M,
}

/// The writer of one line, which [`WithTraceId`] makes.
#[derive(Debug)]
pub struct TraceIdWriter<W> {
    inner: W,
    /// `None` where there is nothing to add.
    span: Option<SpanContext>,
}

// === impl WithTraceId ===

impl<M> WithTraceId<M> {
    /// Around any other `MakeWriter`: `std::io::stderr`, a file, a non-blocking writer.
    pub const fn new(inner: M) -> Self {
        Self { inner }
    }
}

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for WithTraceId<M> {
    type Writer = TraceIdWriter<M::Writer>;

    /// A writer that adds nothing: without an event it is not known whether the current span may be asked for.
    fn make_writer(&'w self) -> Self::Writer {
        TraceIdWriter { inner: self.inner.make_writer(), span: None }
    }

    fn make_writer_for(&'w self, event: &Metadata<'_>) -> Self::Writer {
        let span = context_of(event).map(|context| context.span().span_context().clone());
        let span = span.filter(SpanContext::is_valid);
        TraceIdWriter { inner: self.inner.make_writer_for(event), span }
    }
}

// === impl TraceIdWriter ===

impl<W: Write> Write for TraceIdWriter<W> {
    /// Takes a line as a whole, which is how they come, and writes it at once: lines of other threads never get between.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.span.take() {
            Some(span) => {
                self.inner.write_all(&with_ids(line, &span))?;
                Ok(line.len())
            }
            None => self.inner.write(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn with_ids(line: &[u8], span: &SpanContext) -> Vec<u8> {
    let (trace_id, span_id) = (span.trace_id(), span.span_id());
    let text = line.trim_ascii_end();
    if let Some(members) = line.strip_prefix(b"{\"").filter(|_| text.ends_with(b"}")) {
        return [format!(r#"{{"trace_id":"{trace_id}","span_id":"{span_id}",""#).as_bytes(), members]
            .concat();
    }
    let end = line.get(text.len()..).unwrap_or_default();
    [text, format!(" trace_id={trace_id} span_id={span_id}").as_bytes(), end].concat()
}
