//! OTLP: OpenTelemetry's own protocol, by its own exporter, with Jaeger's process and with errors that say what happened.

#[cfg(feature = "otlp-grpc")]
mod grpc;
#[cfg(feature = "otlp")]
mod http;

#[cfg(feature = "otlp-grpc")]
pub(crate) use self::grpc::OtlpGrpcExporter;
#[cfg(feature = "otlp")]
pub(crate) use self::http::OtlpHttpExporter;

use jaeger_exporter::{FLAGS_ATTRIBUTE, mapping::text_of_no_number};
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;

/// What Jaeger can show of the spans: without the attribute that carries Jaeger's flags, for which OTLP has no place, and with words
/// for what is not a number.
fn presentable(mut batch: Vec<SpanData>) -> Vec<SpanData> {
    for span in &mut batch {
        span.attributes.retain(|attribute| attribute.key.as_str() != FLAGS_ATTRIBUTE);
        name_no_numbers(&mut span.attributes);
        for event in &mut span.events.events {
            name_no_numbers(&mut event.attributes);
        }
    }
    batch
}

fn name_no_numbers(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        if let Some(text) = text_of_no_number(&attribute.value) {
            attribute.value = text.into();
        }
    }
}
