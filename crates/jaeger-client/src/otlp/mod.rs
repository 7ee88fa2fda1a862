//! OTLP: OpenTelemetry's own protocol, by its own exporter, with Jaeger's process and with errors that say what happened.

#[cfg(feature = "otlp-grpc")]
mod grpc;
#[cfg(feature = "otlp")]
mod http;

#[cfg(feature = "otlp-grpc")]
pub(crate) use self::grpc::OtlpGrpcExporter;
#[cfg(feature = "otlp")]
pub(crate) use self::http::OtlpHttpExporter;

use jaeger_exporter::FLAGS_ATTRIBUTE;
use opentelemetry_sdk::trace::SpanData;

/// Without the attribute that carries Jaeger's flags, for which OTLP has no place.
fn without_flags(mut batch: Vec<SpanData>) -> Vec<SpanData> {
    for span in &mut batch {
        span.attributes.retain(|attribute| attribute.key.as_str() != FLAGS_ATTRIBUTE);
    }
    batch
}
