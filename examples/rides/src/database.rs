//! A database that a service simulates: in the service's process, and yet a service of its own in the trace.

use std::sync::Arc;

use jaeger_client::Closer;
use opentelemetry::{
    Context, KeyValue,
    global::BoxedTracer,
    trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer},
};

use crate::{BoxError, exporter::Sink, tracing};

/// The tracer of a database. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    name: &'static str,
    tracer: Arc<BoxedTracer>,
}

// === impl Database ===

impl Database {
    /// A second tracer in this process, beside the one of the service.
    pub(crate) fn start(name: &'static str, sink: &Sink) -> Result<(Self, Closer), BoxError> {
        let (tracer, closer) = tracing::build(name, sink)?;
        Ok((Self { name, tracer: Arc::new(tracer) }, closer))
    }

    /// Starts a span of a call, ChildOf the current one, which is of another tracer. It ends by `context.span().end()`.
    pub(crate) fn span(&self, operation: &'static str, tag: KeyValue) -> Context {
        let mut builder = SpanBuilder::from_name(operation);
        builder.span_kind = Some(SpanKind::Client);
        let builder = builder.with_attributes([KeyValue::new("peer.service", self.name), tag]);
        Context::current_with_span(self.tracer.build_with_context(builder, &Context::current()))
    }
}
