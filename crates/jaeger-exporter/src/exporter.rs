//! The exporter as the OpenTelemetry SDK sees it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

use crate::{
    delivery::Delivery, error::EndpointError, in_memory::InMemoryReporter, packing::Packing,
    process::process_of, reporter::ReporterStats, sender::BatchSender, stats::ExportStats,
    transport::HttpTransport,
};

/// Sends finished spans to Jaeger: to a collector over HTTP or to an agent over UDP.
///
/// It blocks the thread that exports and needs no async runtime. Behind a [`Reporter`](crate::Reporter), or any other
/// span processor with a thread of its own, no request ever waits for it.
#[derive(Debug)]
pub struct JaegerExporter {
    packing: Mutex<Packing>,
    delivery: Arc<Delivery>,
    /// The bytes of spans in one message, at most.
    room: usize,
    stats: Arc<ExportStats>,
    endpoint: String,
}

// === impl JaegerExporter ===

impl JaegerExporter {
    /// Exports to a collector such as `http://localhost:14268/api/traces`: HTTP, binary Thrift, a timeout of 5 seconds.
    ///
    /// A URL without a path gets `/api/traces`. Nothing is sent or resolved yet.
    ///
    /// # Errors
    ///
    /// When the URL is not `http://host:port/path`, or `https://` with the feature `tls`.
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
    /// The name is resolved now, after an error, and every 30 seconds when something is sent; one that does not resolve yet is no error.
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

    /// Exports to a reporter in this program, for tests.
    pub fn in_memory(reporter: InMemoryReporter) -> Self {
        Self::new(BatchSender::in_memory(reporter))
    }

    /// Exports through a sender of one's own.
    pub fn with_sender(sender: BatchSender) -> Self {
        Self::new(sender)
    }

    fn new(sender: BatchSender) -> Self {
        let (stats, endpoint, room) = (sender.stats(), sender.endpoint().to_owned(), sender.room());
        let packing = Mutex::new(Packing::new(sender.protocol()));
        Self { packing, delivery: Arc::new(Delivery::new(sender)), room, stats, endpoint }
    }

    /// The largest UDP packet in bytes. A span that does not fit into one is cut down, or else dropped and counted; see
    /// [`BatchSender::with_max_packet_bytes`]. No effect on HTTP.
    #[must_use]
    pub fn with_max_packet_bytes(mut self, bytes: usize) -> Self {
        let mut sender = self.delivery.sender();
        sender.set_max_packet_bytes(bytes);
        self.room = sender.room();
        drop(sender);
        self
    }

    /// How often the name of the agent is resolved; see [`BatchSender::with_resolve_interval`]. No effect on HTTP.
    #[must_use]
    pub fn with_resolve_interval(self, interval: Duration) -> Self {
        self.delivery.sender().set_resolve_interval(interval);
        self
    }

    /// The counters of the reporter in front, so that UDP packets tell the agent of spans lost to a full queue.
    ///
    /// Give the same to [`ReporterBuilder::with_stats`](crate::ReporterBuilder::with_stats). No effect on HTTP.
    #[must_use]
    pub fn with_reporter_stats(self, stats: Arc<ReporterStats>) -> Self {
        self.delivery.sender().set_reporter_stats(stats);
        self
    }

    /// Bytes of encoded spans that may wait to be sent again, over HTTP, when the collector is not there, breaks the connection off or
    /// says that it is overloaded (429, 5xx). What comes then is dropped and counted. 32 MiB by default, a minute of 1,000 spans of a
    /// request a second; 0 is no second attempt.
    ///
    /// A thread tries again, which lives as long as something waits: after a tenth of a second and then more seldom, up to every five
    /// seconds or when the collector asks for it, for five minutes a message. Spans that wait have been exported, as far as the SDK
    /// knows; [`ExportStats`] tells them from those that were sent. A flush makes an attempt at once, and a shutdown the last one.
    #[must_use]
    pub fn with_retry_bytes(self, bytes: usize) -> Self {
        self.delivery.set_max_bytes(bytes);
        self
    }

    /// Calls back when spans begin to wait or to be lost, with the error, and when they are sent again; nobody is told by default.
    ///
    /// It knows more than the [`Reporter`](crate::Reporter) in front, for which a span that waits is one that was exported.
    #[must_use]
    pub fn with_on_change(self, on_change: impl FnMut(Result<(), &str>) + Send + 'static) -> Self {
        self.delivery.set_on_change(Box::new(on_change));
        self
    }

    /// Where the spans go, for people to read: the collector's URL, or `udp://` and the agent's address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What became of the spans so far; keeps counting while the exporter works elsewhere.
    pub fn stats(&self) -> Arc<ExportStats> {
        Arc::clone(&self.stats)
    }

    fn unsent(&self) -> OTelSdkError {
        OTelSdkError::InternalFailure(self.stats.last_error().unwrap_or_default())
    }

    /// Sends as many messages as it takes. Returns the first failure; the other messages are sent all the same.
    fn send(&self, spans: &[SpanData]) -> Result<(), String> {
        let mut packing = self.packing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = Ok(());
        packing.parts(spans, self.room, |part, count| {
            let delivered = self.delivery.deliver(part, count);
            if result.is_ok() {
                result = delivered;
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
        self.send(&batch).map_err(OTelSdkError::InternalFailure)
    }

    fn force_flush(&self) -> OTelSdkResult {
        if self.delivery.flush() { Ok(()) } else { Err(self.unsent()) }
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        if self.delivery.stop(timeout) { Ok(()) } else { Err(self.unsent()) }
    }

    fn set_resource(&mut self, resource: &Resource) {
        let mut sender = self.delivery.sender();
        sender.set_process(&process_of(resource));
        self.room = sender.room();
    }
}

impl Drop for JaegerExporter {
    /// What waits gets a last attempt, and nobody waits for that.
    fn drop(&mut self) {
        self.delivery.request_stop();
    }
}
