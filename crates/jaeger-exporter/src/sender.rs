//! Spans that are encoded already, to wherever they go.

use std::{num::NonZeroU64, sync::Arc, time::Duration};

use jaeger_thrift::Process;

use crate::{
    agent::Agent,
    collector::{Collector, MAX_BODY_BYTES},
    error::{EndpointError, FailureCause, SendError},
    in_memory::{InMemory, InMemoryReporter},
    process::process_of,
    reporter::ReporterStats,
    stats::ExportStats,
    transport::{HttpTransport, UdpTransport},
};

/// Sends encoded spans to Jaeger: to a collector over HTTP or to an agent over UDP.
///
/// For who encodes spans himself, as the native tracer does; [`JaegerExporter`](crate::JaegerExporter) does it for spans of the
/// OpenTelemetry SDK.
#[derive(Debug)]
pub struct BatchSender {
    destination: Destination,
    endpoint: String,
    stats: Arc<ExportStats>,
}

/// The protocol in which a destination reads spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireProtocol {
    /// Thrift's compact protocol, for agents.
    Compact,
    /// Thrift's binary protocol, for collectors, and for agents on a port of its own.
    Binary,
}

#[derive(Debug)]
enum Destination {
    Collector(Collector),
    Agent(Agent),
    InMemory(InMemory),
}

// === impl BatchSender ===

impl BatchSender {
    /// To a collector such as `http://localhost:14268/api/traces`; see
    /// [`JaegerExporter::collector`](crate::JaegerExporter::collector).
    ///
    /// # Errors
    ///
    /// When the URL is not `http://host:port/path`, or `https://` with the feature `tls`.
    pub fn collector(endpoint: &str) -> Result<Self, EndpointError> {
        Ok(Self::with_http(HttpTransport::new(endpoint)?))
    }

    /// To a collector over a transport with settings of its own.
    pub fn with_http(transport: HttpTransport) -> Self {
        let endpoint = transport.url().to_owned();
        Self::new(Destination::Collector(Collector::new(transport)), endpoint)
    }

    /// To an agent such as `localhost:6831`; see [`JaegerExporter::agent`](crate::JaegerExporter::agent).
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn agent(address: &str) -> Result<Self, EndpointError> {
        Self::to_agent(address, WireProtocol::Compact)
    }

    /// To an agent's port for the binary protocol, such as `localhost:6832`: for an agent that has no other one open. The packets are a
    /// third larger.
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn binary_agent(address: &str) -> Result<Self, EndpointError> {
        Self::to_agent(address, WireProtocol::Binary)
    }

    /// To a reporter in this program, for tests.
    pub fn in_memory(reporter: InMemoryReporter) -> Self {
        Self::new(Destination::InMemory(InMemory::new(reporter)), "memory".to_owned())
    }

    fn to_agent(address: &str, protocol: WireProtocol) -> Result<Self, EndpointError> {
        let transport = UdpTransport::new(address)?;
        let endpoint = format!("udp://{}", transport.address());
        Ok(Self::new(Destination::Agent(Agent::new(transport, protocol)), endpoint))
    }

    fn new(destination: Destination, endpoint: String) -> Self {
        let mut sender = Self { destination, endpoint, stats: Arc::default() };
        sender.set_process(&process_of([]));
        sender
    }

    /// The largest UDP packet in bytes; 65,000 by default, 9,216 on macOS, and at most 65,507, which is what IPv4 carries. No effect
    /// on HTTP.
    ///
    /// A span that is larger is cut down: it loses logs and then the ends of long tag values, as few as will do, and its tags
    /// `jaeger.cut.logs` and `jaeger.cut.tags` say how many. One that cannot be cut down so far is dropped and counted.
    #[must_use]
    pub fn with_max_packet_bytes(mut self, bytes: usize) -> Self {
        self.set_max_packet_bytes(bytes);
        self
    }

    pub(crate) fn set_max_packet_bytes(&mut self, bytes: usize) {
        if let Destination::Agent(agent) = &mut self.destination {
            agent.set_max_packet_bytes(bytes);
        }
    }

    /// How many bytes a second are sent to an agent, at most; 5,000,000 by default, some 20,000 spans of five tags. No effect on HTTP.
    ///
    /// An agent loses what its socket buffer has no room for, and nobody is told. With a larger one
    /// (`--processor.jaeger-compact.server-socket-buffer-size`) this may be more.
    #[must_use]
    pub fn with_bytes_per_second(mut self, bytes: NonZeroU64) -> Self {
        if let Destination::Agent(agent) = &mut self.destination {
            agent.set_bytes_per_second(bytes);
        }
        self
    }

    /// How often the name of the agent is resolved, beside after each error: when something is sent and that was so long ago. 30 seconds
    /// by default, as in jaeger-client-go; never with [`Duration::MAX`]. No effect on HTTP.
    #[must_use]
    pub fn with_resolve_interval(mut self, interval: Duration) -> Self {
        self.set_resolve_interval(interval);
        self
    }

    pub(crate) fn set_resolve_interval(&mut self, interval: Duration) {
        if let Destination::Agent(agent) = &mut self.destination {
            agent.set_resolve_interval(interval);
        }
    }

    /// The counters of the queue in front, so that UDP packets tell the agent of spans that it lost. No effect on HTTP.
    #[must_use]
    pub fn with_reporter_stats(mut self, stats: Arc<ReporterStats>) -> Self {
        self.set_reporter_stats(stats);
        self
    }

    pub(crate) fn set_reporter_stats(&mut self, stats: Arc<ReporterStats>) {
        if let Destination::Agent(agent) = &mut self.destination {
            agent.set_reporter(stats);
        }
    }

    /// The service and what describes it; an unknown service by default.
    pub fn set_process(&mut self, process: &Process) {
        match &mut self.destination {
            Destination::Collector(collector) => collector.set_process(process),
            Destination::Agent(agent) => agent.set_process(process),
            Destination::InMemory(memory) => memory.set_process(process),
        }
    }

    /// Who receives the spans, in a word: `collector`, `agent` or `receiver`.
    pub fn kind(&self) -> &'static str {
        match self.destination {
            Destination::Collector(_) => "collector",
            Destination::Agent(_) => "agent",
            Destination::InMemory(_) => "receiver",
        }
    }

    /// Where the spans go, for people to read: the collector's URL, or `udp://` and the agent's address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What became of the spans so far; keeps counting while the sender works elsewhere.
    pub fn stats(&self) -> Arc<ExportStats> {
        Arc::clone(&self.stats)
    }

    /// How spans have to be encoded.
    pub fn protocol(&self) -> WireProtocol {
        match &self.destination {
            Destination::Collector(_) | Destination::InMemory(_) => WireProtocol::Binary,
            Destination::Agent(agent) => agent.protocol(),
        }
    }

    /// Whether the receiver says that it has taken a message. A collector does; an agent does not, so nobody knows what to send again.
    pub fn is_acknowledged(&self) -> bool {
        !matches!(self.destination, Destination::Agent(_))
    }

    /// The bytes of spans that fit into one message.
    pub fn room(&self) -> usize {
        match &self.destination {
            Destination::Collector(_) | Destination::InMemory(_) => MAX_BODY_BYTES,
            Destination::Agent(agent) => agent.room(),
        }
    }

    /// Sends `count` encoded spans, which may be in several places, in one message, and waits until they are there, or, over UDP, gone. What became of them is
    /// counted.
    ///
    /// # Errors
    ///
    /// When it could not be sent. A span that alone is too large for a UDP packet is cut down, or else counted, and no error.
    pub fn send(&mut self, spans: &[&[u8]], count: usize) -> Result<(), SendError> {
        self.try_to_send(spans, count).inspect_err(|error| self.give_up(count, error))
    }

    /// The same for who tries again where the error [is temporary](SendError::is_temporary): spans that could not be sent are not
    /// counted before they are [given up](Self::give_up).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn try_to_send(&mut self, spans: &[&[u8]], count: usize) -> Result<(), SendError> {
        match &mut self.destination {
            Destination::Collector(collector) => collector.send(spans, count, &self.stats),
            Destination::Agent(agent) => agent.send(spans, count, &self.stats),
            Destination::InMemory(memory) => memory.send(spans, count, &self.stats),
        }
    }

    /// Counts spans that could not be sent for a reason of one's own.
    pub fn give_up_because(&self, count: usize, reason: String) {
        self.stats.add_failed_for(count, FailureCause::Other, reason);
    }

    /// Counts spans that could not be sent.
    pub fn give_up(&self, count: usize, error: &SendError) {
        self.stats.add_failed(count, error);
    }
}
