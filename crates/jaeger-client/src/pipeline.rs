//! The one span processor of the client.
//!
//! The SDK copies a finished span for each of several processors. One processor that does everything spares that.

use std::time::Duration;

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
        self.reporter.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.reporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.reporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.reporter.set_resource(resource);
    }
}
