//! The tracers of a process, by its options; and logs.

use jaeger_client::{Closer, Config};
use jaeger_propagation::Propagator;
use opentelemetry::{
    Context, KeyValue,
    global::BoxedTracer,
    trace::{Status, TraceContextExt, TracerProvider},
};

use crate::{
    BoxError, console,
    exporter::{Exporter, Sink},
};

/// The instrumentation scope of what the demo's own code starts.
pub(crate) const SCOPE: &str = "rides";

/// Makes a tracer that of the whole process.
pub(crate) fn install(service: &str, sink: &Sink) -> Result<Closer, BoxError> {
    Ok(config(service, sink)?.install()?)
}

/// A tracer beside that of the process.
pub(crate) fn build(service: &str, sink: &Sink) -> Result<(BoxedTracer, Closer), BoxError> {
    build_from(config(service, sink)?, sink)
}

/// The same, for who says himself what is the matter.
pub(crate) fn build_quietly(service: &str, sink: &Sink) -> Result<(BoxedTracer, Closer), BoxError> {
    build_from(config(service, sink)?.with_logger(|_| {}), sink)
}

fn build_from(config: Config, sink: &Sink) -> Result<(BoxedTracer, Closer), BoxError> {
    if sink.exporter.needs_sdk() {
        let (provider, closer) = config.build_sdk()?;
        return Ok((BoxedTracer::new(Box::new(provider.tracer(SCOPE))), closer));
    }
    let (provider, closer) = config.build()?;
    Ok((BoxedTracer::new(Box::new(provider.tracer(SCOPE))), closer))
}

/// What the environment says about sampling holds, as in every program that is traced. Where spans go is the command line's, and which
/// formats the services speak is a part of the story.
fn config(service: &str, sink: &Sink) -> Result<Config, BoxError> {
    // The launcher may be gone when the last lines are written, and its pipe with it.
    let config = Config::new(service).with_env()?.with_logger(console::complain);
    let config = config.with_propagator(Propagator::new());
    let address = sink.address.as_str();
    match sink.exporter {
        Exporter::Http => Ok(config.with_collector_endpoint(address)),
        Exporter::Udp => Ok(config.with_agent(address)),
        Exporter::UdpBinary => Ok(config.with_binary_agent(address)),
        Exporter::Otlp => with_otlp(config, address),
        Exporter::OpentelemetryJaeger => with_opentelemetry_jaeger(config, address),
    }
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

/// A log of the current span.
pub(crate) fn log(event: &'static str, fields: impl IntoIterator<Item = KeyValue>) {
    Context::current().span().add_event(event, fields.into_iter().collect());
}

/// Marks a span as failed, with a log that says why: the tag for who reads OpenTracing's, the status for who reads OTLP's.
pub(crate) fn fail(context: &Context, event: &'static str, field: KeyValue) {
    context.span().set_attribute(KeyValue::new("error", true));
    context.span().set_status(Status::error(""));
    context.span().add_event(event, vec![field]);
}
