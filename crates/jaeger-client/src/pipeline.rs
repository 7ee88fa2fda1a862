//! The one span processor of the client.
//!
//! The SDK copies a finished span for each of several processors. One processor that does everything spares that.

use std::{iter, time::Duration};

use jaeger_exporter::{FlagsProcessor, Reporter};
use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};

use crate::logging_reporter::LoggingReporter;

/// How long a flush waits, which is given no time of its own; as in the SDK's processors.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

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
        let line = self.logging.as_ref().and_then(|logging| logging.line_of(&span));
        for reporter in &self.further {
            reporter.on_end(span.clone());
        }
        self.reporter.on_end(span);
        // Last: the user's logger may panic, and the span has been reported then.
        if let (Some(logging), Some(line)) = (&self.logging, line) {
            logging.log(&line);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Reporter::flush_all(&self.reporters(), FLUSH_TIMEOUT)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        Reporter::shutdown_all(&self.reporters(), timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.reporter.set_resource(resource);
        self.further.iter_mut().for_each(|reporter| reporter.set_resource(resource));
    }
}

impl Pipeline {
    fn reporters(&self) -> Vec<&Reporter> {
        iter::once(&self.reporter).chain(&self.further).collect()
    }
}
