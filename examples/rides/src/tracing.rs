//! The tracer of a service, by its options; and child spans with the plain OpenTelemetry API.

use jaeger_client::{Closer, Config};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer},
};

use crate::{BoxError, console};

/// Where the spans go, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sink {
    pub(crate) exporter: Exporter,
    /// A collector's URL, or an agent's `HOST:PORT`.
    pub(crate) address: String,
}

/// How a service sends its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Http,
    Udp,
    OpentelemetryJaeger,
}

/// Makes a tracer that of the whole process.
pub(crate) fn install(service: &str, sink: &Sink) -> Result<Closer, BoxError> {
    // The launcher may be gone when the last lines are written, and its pipe with it.
    let config = Config::new(service).with_logger(console::complain);
    let address = sink.address.as_str();
    let config = match sink.exporter {
        Exporter::Http => config.with_collector_endpoint(address),
        Exporter::Udp => config.with_agent(address),
        Exporter::OpentelemetryJaeger => with_opentelemetry_jaeger(config, address)?,
    };
    Ok(config.install()?)
}

#[cfg(feature = "opentelemetry-jaeger")]
fn with_opentelemetry_jaeger(config: Config, endpoint: &str) -> Result<Config, BoxError> {
    let exporter = opentelemetry_jaeger_bridge::BridgeExporter::collector(endpoint)?;
    Ok(config.with_exporter(format!("{endpoint} through opentelemetry-jaeger"), exporter))
}

#[cfg(not(feature = "opentelemetry-jaeger"))]
fn with_opentelemetry_jaeger(_config: Config, _endpoint: &str) -> Result<Config, BoxError> {
    Err("built without the cargo feature opentelemetry-jaeger".into())
}

/// Starts a span of a call to a database, ChildOf the current one. It ends by `context.span().end()`.
pub(crate) fn database_span(operation: &'static str, database: &'static str, tag: KeyValue) -> Context {
    let mut builder = SpanBuilder::from_name(operation);
    builder.span_kind = Some(SpanKind::Client);
    let builder = builder.with_attributes([KeyValue::new("peer.service", database), tag]);
    Context::current_with_span(global::tracer("rides").build(builder))
}

/// A log of the current span.
pub(crate) fn log(event: &'static str, fields: impl IntoIterator<Item = KeyValue>) {
    Context::current().span().add_event(event, fields.into_iter().collect());
}

// === impl Exporter ===

impl Exporter {
    const ALL: [Self; 3] = [Self::Http, Self::Udp, Self::OpentelemetryJaeger];

    /// The value of `--exporter`; http if there is none.
    pub(crate) fn read(name: Option<String>) -> Result<Self, String> {
        let Some(name) = name else { return Ok(Self::Http) };
        let found = Self::ALL.into_iter().find(|exporter| exporter.name() == name);
        let exporter = found.ok_or_else(|| {
            format!("--exporter: expected http, udp or opentelemetry-jaeger, found {name:?}")
        })?;
        if exporter == Self::OpentelemetryJaeger && cfg!(not(feature = "opentelemetry-jaeger")) {
            let command = "cargo run -p rides --features opentelemetry-jaeger";
            return Err(format!("--exporter {name} needs the cargo feature opentelemetry-jaeger: {command}"));
        }
        Ok(exporter)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Udp => "udp",
            Self::OpentelemetryJaeger => "opentelemetry-jaeger",
        }
    }

    /// What listens there.
    pub(crate) const fn receiver(self) -> &'static str {
        match self {
            Self::Http | Self::OpentelemetryJaeger => "collector",
            Self::Udp => "agent",
        }
    }
}
