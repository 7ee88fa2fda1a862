//! gRPC: the exporter's client is asynchronous, so it gets a runtime of its own, which runs while spans are sent.

use jaeger_exporter::{DEFAULT_TIMEOUT, with_process_tags};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use tonic::metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue};

use super::presentable;
use crate::{
    collector_headers::CollectorHeaders,
    error::{ConfigError, ConfigErrorKind},
};

/// Where a Jaeger on the same machine listens.
const EXAMPLE: &str = "http://localhost:4317";

/// Sends OTLP by gRPC, on whatever thread it is called but those of a runtime, and waits for the answer.
#[derive(Debug)]
pub(crate) struct OtlpGrpcExporter {
    exporter: opentelemetry_otlp::SpanExporter,
    url: String,
    runtime: OwnRuntime,
}

/// A runtime on the thread that calls it. There until it is dropped.
#[derive(Debug)]
struct OwnRuntime(Option<Runtime>);

// === impl OtlpGrpcExporter ===

impl OtlpGrpcExporter {
    pub(crate) fn new(url: &str, headers: &CollectorHeaders) -> Result<Self, ConfigError> {
        if url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
            return Err(
                ConfigErrorKind::Exporter("TLS is not built in for gRPC: use OTLP by HTTP".into()).into()
            );
        }
        // The URL and the headers are held to the same rules as those of a collector.
        let metadata = metadata(headers.transport_like(url, EXAMPLE)?.headers());
        let exporter_error = |error| ConfigError::from(ConfigErrorKind::Exporter(error));
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| exporter_error(error.into()))?;
        let exporter = {
            // Its channel wants to start a task.
            let _entered = runtime.enter();
            opentelemetry_otlp::SpanExporter::builder()
                .with_tonic()
                .with_endpoint(url)
                .with_protocol(Protocol::Grpc)
                .with_timeout(DEFAULT_TIMEOUT)
                .with_metadata(metadata)
                .build()
        };
        let runtime = OwnRuntime(Some(runtime));
        let exporter = exporter.map_err(|error| exporter_error(error.into()))?;
        Ok(Self { exporter, url: url.to_owned(), runtime })
    }
}

/// Headers that gRPC cannot carry have been refused before: it is stricter only with the reserved ending `-bin`.
fn metadata<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    for (name, value) in headers {
        let key = MetadataKey::<Ascii>::from_bytes(name.as_bytes());
        if let (Ok(key), Ok(value)) = (key, MetadataValue::try_from(value)) {
            metadata.insert(key, value);
        }
    }
    metadata
}

impl SpanExporter for OtlpGrpcExporter {
    /// Never waits in the sense of `async`: the future is ready when it is polled once.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let Some(runtime) = &self.runtime.0 else { return Err(OTelSdkError::AlreadyShutdown) };
        let sending = async { timeout(DEFAULT_TIMEOUT, self.exporter.export(presentable(batch))).await };
        match runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(OTelSdkError::InternalFailure(reason))) => {
                Err(OTelSdkError::InternalFailure(format!("{}: {reason}", self.url)))
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                let reason = format!("{}: no answer within {DEFAULT_TIMEOUT:?}", self.url);
                Err(OTelSdkError::InternalFailure(reason))
            }
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(&with_process_tags(resource));
    }
}

// === impl OwnRuntime ===

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        // A runtime that is merely dropped waits, which panics on a thread of another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_may_be_made_and_dropped_in_a_runtime() {
        let exporter = OtlpGrpcExporter::new("http://127.0.0.1:1", &CollectorHeaders::default()).unwrap();
        assert!(exporter.runtime.0.is_some());
        drop(exporter);
    }

    #[test]
    fn tls_is_refused_when_it_is_made() {
        let error = OtlpGrpcExporter::new("HTTPS://jaeger:4317", &CollectorHeaders::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the exporter cannot be built: TLS is not built in for gRPC: use OTLP by HTTP"
        );
    }

    #[test]
    fn headers_are_metadata() {
        let headers: [(&str, &[u8]); 2] = [("authorization", b"Bearer t0.k_en"), ("x-tenant", b"blue")];
        let metadata = metadata(headers.into_iter());
        assert_eq!(metadata.get("authorization").unwrap(), "Bearer t0.k_en");
        assert_eq!(metadata.get("x-tenant").unwrap(), "blue");
    }
}
