//! The exporter as the OpenTelemetry SDK sees it.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

use crate::{
    error::{EndpointError, SendError},
    packing::Packing,
    process::process_of,
    reporter::ReporterStats,
    sender::BatchSender,
    stats::ExportStats,
    transport::HttpTransport,
};

/// Sends finished spans to Jaeger: to a collector over HTTP or to an agent over UDP.
///
/// It blocks the thread that exports and needs no async runtime. Behind a [`Reporter`](crate::Reporter), or any other
/// span processor with a thread of its own, no request ever waits for it.
#[derive(Debug)]
pub struct JaegerExporter {
    sending: Mutex<Sending>,
    stats: Arc<ExportStats>,
    endpoint: String,
}

/// What one export after the other uses.
#[derive(Debug)]
struct Sending {
    packing: Packing,
    sender: BatchSender,
}

// === impl JaegerExporter ===

impl JaegerExporter {
    /// Exports to a collector such as `http://localhost:14268/api/traces`: HTTP, binary Thrift, a timeout of 5 seconds.
    ///
    /// A URL without a path gets `/api/traces`. Nothing is sent or resolved yet.
    ///
    /// # Errors
    ///
    /// When the URL is not `http://host:port/path`; TLS is not built in.
    pub fn collector(endpoint: &str) -> Result<Self, EndpointError> {
        Ok(Self::new(BatchSender::collector(endpoint)?))
    }

    /// Exports to a collector over a transport with settings of its own.
    pub fn with_http(transport: HttpTransport) -> Self {
        Self::new(BatchSender::with_http(transport))
    }

    /// Exports to an agent such as `localhost:6831`: UDP, compact Thrift, packets of at most 65,000 bytes (9,216 on
    /// macOS).
    ///
    /// The name is resolved now and after each error, in between never; one that does not resolve yet is no error.
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn agent(address: &str) -> Result<Self, EndpointError> {
        Ok(Self::new(BatchSender::agent(address)?))
    }

    /// Exports to an agent's port for the binary protocol, such as `localhost:6832`: for an agent that has no other one open.
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn binary_agent(address: &str) -> Result<Self, EndpointError> {
        Ok(Self::new(BatchSender::binary_agent(address)?))
    }

    fn new(sender: BatchSender) -> Self {
        let (stats, endpoint) = (sender.stats(), sender.endpoint().to_owned());
        let packing = Packing::new(sender.protocol());
        Self { sending: Mutex::new(Sending { packing, sender }), stats, endpoint }
    }

    /// The largest UDP packet in bytes. A span that does not fit into one is dropped and counted. No effect on HTTP.
    #[must_use]
    pub fn with_max_packet_bytes(self, bytes: usize) -> Self {
        self.with_sender(|sender| sender.with_max_packet_bytes(bytes))
    }

    /// The counters of the reporter in front, so that UDP packets tell the agent of spans lost to a full queue.
    ///
    /// Give the same to [`ReporterBuilder::with_stats`](crate::ReporterBuilder::with_stats). No effect on HTTP.
    #[must_use]
    pub fn with_reporter_stats(self, stats: Arc<ReporterStats>) -> Self {
        self.with_sender(|sender| sender.with_reporter_stats(stats))
    }

    /// Where the spans go, for people to read: the collector's URL, or `udp://` and the agent's address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What became of the spans so far; keeps counting while the exporter works elsewhere.
    pub fn stats(&self) -> Arc<ExportStats> {
        Arc::clone(&self.stats)
    }

    fn with_sender(self, change: impl FnOnce(BatchSender) -> BatchSender) -> Self {
        let Sending { packing, sender } = self.sending.into_inner().unwrap_or_else(PoisonError::into_inner);
        Self { sending: Mutex::new(Sending { packing, sender: change(sender) }), ..self }
    }

    /// Sends as many messages as it takes. Returns the first failure; the other messages are sent all the same.
    fn send(&self, spans: &[SpanData]) -> Result<(), SendError> {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let Sending { packing, sender } = &mut *sending;
        let mut result = Ok(());
        packing.parts(spans, sender.room(), |part, count| {
            let sent = sender.send(&[part], count);
            if result.is_ok() {
                result = sent;
            }
        });
        result
    }
}

impl SpanExporter for JaegerExporter {
    /// Never waits in the sense of `async`: the future is ready when it is polled once.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        if batch.is_empty() {
            return Ok(());
        }
        self.send(&batch).map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
    }

    fn set_resource(&mut self, resource: &Resource) {
        let sending = self.sending.get_mut().unwrap_or_else(PoisonError::into_inner);
        sending.sender.set_process(&process_of(resource));
    }
}
