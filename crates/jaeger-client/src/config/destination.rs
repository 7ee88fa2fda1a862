//! Where the spans go.

use std::{fmt, num::NonZeroUsize, sync::Arc, time::Duration};

use jaeger_exporter::{
    BatchSender, InMemoryReporter, JaegerExporter, Reporter, ReporterBuilder, ReporterStats,
};
use opentelemetry_sdk::trace::SpanExporter;

use super::{DEFAULT_COLLECTOR_ENDPOINT, parse::in_url};
use crate::{
    collector_headers::CollectorHeaders,
    error::{ConfigError, ConfigErrorKind},
    logger::Logger,
    way::{Peer, Way},
};

pub(super) enum Destination {
    Collector(String),
    Agent(String),
    BinaryAgent(String),
    InMemory(InMemoryReporter),
    /// An exporter of the SDK.
    Other {
        name: String,
        start: Start,
    },
}

/// Makes the exporter and what it hands its spans to.
type Start = Box<dyn FnOnce(&CollectorHeaders, Pace, OnChange) -> Result<Reporter, ConfigError> + Send>;

/// Says when spans cannot be sent, and when they can again.
pub(super) type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// How spans wait on the SDK, and for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) spans: Option<NonZeroUsize>,
    pub(super) flush_interval: Option<Duration>,
    pub(super) resolve_interval: Option<Duration>,
}

/// A reporter that runs, and what the closer needs to know of it.
pub(super) struct Started {
    pub(super) reporter: Reporter,
    pub(super) way: Way,
}

// === impl Destination ===

impl Destination {
    pub(super) fn agent((host, port): (&str, u16)) -> Self {
        Self::Agent(format!("{}:{port}", in_url(host)))
    }

    /// An exporter of the SDK, made when the tracer starts.
    pub(super) fn other<E: SpanExporter + 'static>(
        name: String,
        make: impl FnOnce(&CollectorHeaders) -> Result<E, ConfigError> + Send + 'static,
    ) -> Self {
        let start = |headers: &CollectorHeaders, pace: Pace, on_change| {
            Ok(pace.set(Reporter::builder(make(headers)?).with_on_change(on_change)).build())
        };
        Self::Other { name, start: Box::new(start) }
    }

    /// The way of the native tracer, and of the SDK with an exporter of ours.
    pub(super) fn sender(&self, headers: &CollectorHeaders) -> Result<BatchSender, ConfigError> {
        Ok(match self {
            Self::Collector(url) => BatchSender::with_http(headers.transport(url)?),
            Self::Agent(address) => BatchSender::agent(address)?,
            Self::BinaryAgent(address) => BatchSender::binary_agent(address)?,
            Self::InMemory(reporter) => BatchSender::in_memory(reporter.clone()),
            Self::Other { .. } => return Err(ConfigErrorKind::NeedsSdk("an exporter of the SDK").into()),
        })
    }

    /// The way of the SDK.
    pub(super) fn start(
        self,
        headers: &CollectorHeaders,
        pace: Pace,
        logger: &Logger,
    ) -> Result<Started, ConfigError> {
        if let Self::Other { name, start } = self {
            let reporter = start(headers, pace, log_changes(logger.clone()))?;
            let peer = Peer { name, kind: "receiver" };
            let way = Way { reporter: reporter.stats(), export: None, peer };
            return Ok(Started { reporter, way });
        }
        Ok(Started::jaeger(self.sender(headers)?, pace, logger))
    }
}

impl Default for Destination {
    fn default() -> Self {
        Self::Collector(DEFAULT_COLLECTOR_ENDPOINT.to_owned())
    }
}

/// One line when spans begin to be lost, for who wonders where his traces are; not one for each batch.
pub(super) fn log_changes(logger: Logger) -> OnChange {
    Box::new(move |result| match result {
        Ok(()) => logger.log("jaeger: spans are sent again"),
        Err(error) => logger.log(&format!("jaeger: spans cannot be sent: {error}")),
    })
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collector(name)
            | Self::Agent(name)
            | Self::BinaryAgent(name)
            | Self::Other { name, .. } => f.write_str(name),
            Self::InMemory(_) => f.write_str("memory"),
        }
    }
}

// === impl Pace ===

impl Pace {
    fn set<E: SpanExporter + 'static>(self, mut builder: ReporterBuilder<E>) -> ReporterBuilder<E> {
        if let Some(spans) = self.spans {
            builder = builder.with_queue_size(spans.get());
        }
        if let Some(interval) = self.flush_interval {
            builder = builder.with_flush_interval(interval);
        }
        builder
    }
}

// === impl Started ===

impl Started {
    pub(super) fn jaeger(sender: BatchSender, pace: Pace, logger: &Logger) -> Self {
        let stats = Arc::<ReporterStats>::default();
        let sender = sender.with_reporter_stats(Arc::clone(&stats));
        let way = Way::of(&sender, Arc::clone(&stats));
        let sender = pace.resolve_interval.into_iter().fold(sender, BatchSender::with_resolve_interval);
        // The exporter alone is to speak: for the reporter a span that waits has been exported.
        let exporter = JaegerExporter::with_sender(sender).with_on_change(log_changes(logger.clone()));
        let builder = Reporter::builder(exporter).with_stats(stats);
        Self { reporter: pace.set(builder).build(), way }
    }
}
