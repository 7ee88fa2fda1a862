//! `http/protobuf`: protobuf messages, posted by the blocking client of the other exporters.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jaeger_exporter::{DEFAULT_TIMEOUT, HttpTransport, with_process_tags};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

use super::presentable;
use crate::{
    collector_headers::CollectorHeaders,
    error::{ConfigError, ConfigErrorKind},
};

/// Where a Jaeger on the same machine listens; the path is OTLP's own.
const EXAMPLE: &str = "http://localhost:4318/v1/traces";

/// Sends OTLP by HTTP, on whatever thread it is called, and waits for the answer.
#[derive(Debug)]
pub(crate) struct OtlpHttpExporter {
    exporter: opentelemetry_otlp::SpanExporter,
    client: Client,
}

/// The exporter's HTTP client; clones are the same one.
#[derive(Clone, Debug)]
struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    transport: HttpTransport,
    /// Why the last request failed, which the exporter does not tell.
    failure: Mutex<Option<String>>,
}

// === impl OtlpHttpExporter ===

impl OtlpHttpExporter {
    pub(crate) fn new(url: &str, headers: &CollectorHeaders) -> Result<Self, ConfigError> {
        let transport = headers.transport_like(url, EXAMPLE)?;
        let endpoint = transport.url().to_owned();
        let client = Client(Arc::new(Shared { transport, failure: Mutex::new(None) }));
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client.clone())
            .with_endpoint(endpoint)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(DEFAULT_TIMEOUT)
            .build()
            .map_err(|error| ConfigErrorKind::Exporter(error.into()))?;
        Ok(Self { exporter, client })
    }
}

impl SpanExporter for OtlpHttpExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let sent = self.exporter.export(presentable(batch)).await;
        let failure = self.client.take_failure();
        // It may have failed before, and got through when it was tried again.
        sent.map_err(|error| failure.map_or(error, OTelSdkError::InternalFailure))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(&with_process_tags(resource));
    }
}

// === impl Client ===

impl Client {
    fn take_failure(&self) -> Option<String> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let headers: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let Err(error) = self.0.transport.post(&headers, request.body()) else {
            return Ok(Response::new(Bytes::new()));
        };
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        // By the status the exporter decides whether to try again.
        let Some(status) = error.status() else { return Err(error.into()) };
        let mut answer = Response::builder().status(status);
        if let Some(wait) = error.retry_after() {
            answer = answer.header("retry-after", wait.as_secs());
        }
        Ok(answer.body(Bytes::new())?)
    }
}
