//! Where the spans go.

use std::{fmt, sync::Arc};

use jaeger_exporter::{ExportStats, JaegerExporter, Reporter, ReporterStats};

use crate::{closer::Peer, collector_headers::CollectorHeaders, error::ConfigError, logger::Logger};

pub(super) enum Destination {
    Collector(String),
    Agent(String),
    BinaryAgent(String),
    Other { name: String, start: Box<dyn FnOnce(OnChange) -> Reporter + Send> },
}

/// Says when spans cannot be sent, and when they can again.
pub(super) type OnChange = Box<dyn FnMut(Result<(), &str>) + Send>;

/// A reporter that runs, and what the closer needs to know of it.
pub(super) struct Started {
    pub(super) reporter: Reporter,
    pub(super) export: Option<Arc<ExportStats>>,
    pub(super) peer: Peer,
}

// === impl Destination ===

impl Destination {
    pub(super) fn start(self, headers: &CollectorHeaders, logger: &Logger) -> Result<Started, ConfigError> {
        let on_change = log_changes(logger.clone());
        Ok(match self {
            Self::Collector(url) => {
                let exporter = JaegerExporter::with_http(headers.transport(&url)?);
                Started::jaeger(exporter, "collector", on_change)
            }
            Self::Agent(address) => Started::jaeger(JaegerExporter::agent(&address)?, "agent", on_change),
            Self::BinaryAgent(address) => {
                Started::jaeger(JaegerExporter::binary_agent(&address)?, "agent", on_change)
            }
            Self::Other { name, start } => {
                Started { reporter: start(on_change), export: None, peer: Peer { name, kind: "receiver" } }
            }
        })
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
        }
    }
}

// === impl Started ===

impl Started {
    fn jaeger(exporter: JaegerExporter, kind: &'static str, on_change: OnChange) -> Self {
        let stats = Arc::<ReporterStats>::default();
        let exporter = exporter.with_reporter_stats(Arc::clone(&stats));
        let peer = Peer { name: exporter.endpoint().to_owned(), kind };
        let export = Some(exporter.stats());
        let reporter = Reporter::builder(exporter).with_stats(stats).with_on_change(on_change).build();
        Self { reporter, export, peer }
    }
}
