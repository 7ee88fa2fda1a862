//! One line per reported span, for a look at what a program reports.

use std::time::Duration;

use jaeger_exporter::flags_of;
use jaeger_propagation::SpanContext;
use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};

use crate::logger::Logger;

/// Logs each finished sampled span as `Reporting span {trace}:{span}:{parent}:{flags} "{operation name}"`.
///
/// Ids and flags are hexadecimal, as in the header `uber-trace-id`; the parent of a root is all zero.
#[derive(Clone, Debug)]
pub struct LoggingReporter {
    logger: Logger,
}

// === impl LoggingReporter ===

impl LoggingReporter {
    /// Logs to `log`, which is called on the thread that finishes the span, with one line.
    pub fn new(log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::to(Logger::new(log))
    }

    pub(crate) fn to(logger: Logger) -> Self {
        Self { logger }
    }

    /// Logs one finished span, unless it is unsampled.
    pub fn report(&self, span: &SpanData) {
        if let Some(line) = self.line_of(span) {
            self.log(&line);
        }
    }

    /// `None` if it is unsampled.
    pub(crate) fn line_of(&self, span: &SpanData) -> Option<String> {
        let context = &span.span_context;
        context.is_sampled().then(|| {
            let ids = (context.trace_id().into(), context.span_id().into());
            let reported = SpanContext::new(ids.0, ids.1, flags_of(span));
            line(&reported.with_parent_id(span.parent_span_id.into()), &span.name)
        })
    }

    pub(crate) fn log(&self, line: &str) {
        self.logger.log(line);
    }
}

pub(crate) fn line(span: &SpanContext, name: &str) -> String {
    let SpanContext { trace_id, span_id, parent_id, flags } = span;
    let parent_id = parent_id.unwrap_or_default();
    format!("Reporting span {trace_id}:{span_id}:{parent_id}:{:x} {name:?}", flags.bits())
}

impl SpanProcessor for LoggingReporter {
    fn on_start(&self, _span: &mut Span, _cx: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.report(&span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
