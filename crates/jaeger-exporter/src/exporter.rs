//! The exporter as the OpenTelemetry SDK sees it.

use std::sync::{Arc, Mutex, PoisonError};

use jaeger_thrift::Process;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

use crate::{
    agent::Agent,
    collector::Collector,
    error::{EndpointError, SendError},
    process,
    reporter::ReporterStats,
    stats::ExportStats,
    transport::{HttpTransport, UdpTransport},
};

/// Sends finished spans to Jaeger: to a collector over HTTP or to an agent over UDP.
///
/// It blocks the thread that exports and needs no async runtime. Behind a [`Reporter`](crate::Reporter), or any other
/// span processor with a thread of its own, no request ever waits for it.
#[derive(Debug)]
pub struct JaegerExporter {
    destination: Mutex<Destination>,
    endpoint: String,
    stats: Arc<ExportStats>,
}

/// Two protocols, so two types; the enum keeps them out of the exporter's type.
#[derive(Debug)]
enum Destination {
    Collector(Collector),
    Agent(Agent),
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
        Ok(Self::with_http(HttpTransport::new(endpoint)?))
    }

    /// Exports to a collector over a transport with settings of its own.
    pub fn with_http(transport: HttpTransport) -> Self {
        let endpoint = transport.url().to_owned();
        Self::new(Destination::Collector(Collector::new(transport)), endpoint)
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
        let transport = UdpTransport::new(address)?;
        let endpoint = format!("udp://{}", transport.address());
        Ok(Self::new(Destination::Agent(Agent::new(transport)), endpoint))
    }

    fn new(destination: Destination, endpoint: String) -> Self {
        let mut exporter = Self { destination: Mutex::new(destination), endpoint, stats: Arc::default() };
        exporter.set_process(&process::of_resource(None));
        exporter
    }

    /// The largest UDP packet in bytes. A span that does not fit into one is dropped and counted. No effect on HTTP.
    #[must_use]
    pub fn with_max_packet_bytes(mut self, bytes: usize) -> Self {
        if let Destination::Agent(agent) = self.destination_mut() {
            agent.set_max_packet_bytes(bytes);
        }
        self
    }

    /// The counters of the reporter in front, so that UDP packets tell the agent of spans lost to a full queue.
    ///
    /// Give the same to [`ReporterBuilder::with_stats`](crate::ReporterBuilder::with_stats). No effect on HTTP.
    #[must_use]
    pub fn with_reporter_stats(mut self, stats: Arc<ReporterStats>) -> Self {
        if let Destination::Agent(agent) = self.destination_mut() {
            agent.set_reporter(stats);
        }
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

    fn send(&self, spans: &[SpanData]) -> Result<(), SendError> {
        let mut destination = self.destination.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *destination {
            Destination::Collector(collector) => collector.export(spans, &self.stats),
            Destination::Agent(agent) => agent.export(spans, &self.stats),
        }
    }

    fn set_process(&mut self, process: &Process) {
        match self.destination_mut() {
            Destination::Collector(collector) => collector.set_process(process),
            Destination::Agent(agent) => agent.set_process(process),
        }
    }

    fn destination_mut(&mut self) -> &mut Destination {
        self.destination.get_mut().unwrap_or_else(PoisonError::into_inner)
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
        self.set_process(&process::of_resource(Some(resource)));
    }
}
