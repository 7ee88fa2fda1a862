//! The one span processor of the client.
//!
//! The SDK copies a finished span for each of several processors. One processor that does everything spares that.

use std::{
    iter,
    time::{Duration, Instant},
};

use jaeger_exporter::{FlagsProcessor, Reporter};
use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};

use crate::logging_reporter::LoggingReporter;

/// Jaeger's flags when a span starts; when it ends a line, if wanted, and the reporter.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) logging: Option<LoggingReporter>,
    pub(crate) reporter: Reporter,
    /// Those of the further ways.
    pub(crate) further: Vec<Reporter>,
}

// === impl Pipeline ===

impl SpanProcessor for Pipeline {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        FlagsProcessor.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        if let Some(logging) = &self.logging {
            logging.report(&span);
        }
        for reporter in &self.further {
            reporter.on_end(span.clone());
        }
        self.reporter.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.all(Reporter::force_flush)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let deadline = Instant::now().checked_add(timeout);
        self.all(|reporter| {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            reporter.shutdown_with_timeout(left.unwrap_or(timeout))
        })
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.reporter.set_resource(resource);
        self.further.iter_mut().for_each(|reporter| reporter.set_resource(resource));
    }
}

impl Pipeline {
    /// The first error, when all have been asked.
    fn all(&self, ask: impl Fn(&Reporter) -> OTelSdkResult) -> OTelSdkResult {
        iter::once(&self.reporter).chain(&self.further).map(ask).fold(Ok(()), OTelSdkResult::and)
    }
}
