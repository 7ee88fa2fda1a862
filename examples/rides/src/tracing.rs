//! The tracer of a service, by its options; and child spans with the plain OpenTelemetry API.

use jaeger_client::{Closer, Config};
use opentelemetry::{
    Context, KeyValue, global,
    trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer},
};

use crate::{
    BoxError, console,
    exporter::{Exporter, Sink},
};

/// Makes a tracer that of the whole process.
pub(crate) fn install(service: &str, sink: &Sink) -> Result<Closer, BoxError> {
    // The launcher may be gone when the last lines are written, and its pipe with it.
    let config = Config::new(service).with_logger(console::complain);
    let address = sink.address.as_str();
    let config = match sink.exporter {
        Exporter::Http => config.with_collector_endpoint(address),
        Exporter::Udp => config.with_agent(address),
        Exporter::UdpBinary => config.with_binary_agent(address),
        Exporter::Otlp => with_otlp(config, address)?,
        Exporter::OpentelemetryJaeger => with_opentelemetry_jaeger(config, address)?,
    };
    Ok(config.install()?)
}

#[cfg(feature = "otlp")]
fn with_otlp(config: Config, endpoint: &str) -> Result<Config, BoxError> {
    Ok(config.with_otlp_endpoint(endpoint))
}

#[cfg(not(feature = "otlp"))]
fn with_otlp(_config: Config, _endpoint: &str) -> Result<Config, BoxError> {
    Err("built without the cargo feature otlp".into())
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
