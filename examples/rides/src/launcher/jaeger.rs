//! The Jaeger of the demo: one in this process, or one that runs already.

use std::net::{Ipv4Addr, SocketAddr};

use jaeger_backend::{Backend, Listener, StartError};

use crate::{
    BoxError,
    args::{Demo, JaegerChoice, Ports},
    exporter::{Exporter, Sink},
};

/// Where spans are sent and traces are read.
#[derive(Debug)]
pub(super) struct Jaeger {
    sink: Sink,
    query: String,
    embedded: Option<Backend>,
}

// === impl Jaeger ===

impl Jaeger {
    pub(super) async fn start(demo: &Demo) -> Result<Self, BoxError> {
        match &demo.jaeger {
            JaegerChoice::Embedded(ports) => Ok(Self::embed(*ports, demo.exporter).await?),
            JaegerChoice::Running { sink, query } => {
                Ok(Self { sink: sink.clone(), query: query.clone(), embedded: None })
            }
        }
    }

    async fn embed(ports: Ports, exporter: Exporter) -> Result<Self, String> {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let builder = Backend::builder()
            .with_addr(Listener::Query, local(ports.query))
            .with_addr(Listener::Collector, local(ports.collector))
            .with_addr(Listener::Agent, local(ports.agent));
        let backend = builder.start().await.map_err(|error| format!("{error}; {}", advice(&error)))?;
        let address = match exporter {
            Exporter::Http | Exporter::OpentelemetryJaeger => backend.collector_endpoint(),
            Exporter::Udp => backend.agent_addr().to_string(),
            Exporter::UdpBinary => backend.addr(Listener::AgentBinary).to_string(),
            Exporter::Otlp => backend.otlp_endpoint(),
        };
        Ok(Self { sink: Sink { exporter, address }, query: backend.query_url(), embedded: Some(backend) })
    }

    pub(super) fn sink(&self) -> &Sink {
        &self.sink
    }

    /// The URL below which traces are read.
    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// Whether it ends with the demo, and its page with it.
    pub(super) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    pub(super) async fn stop(self) {
        if let Some(backend) = self.embedded {
            backend.shutdown().await;
        }
    }
}

fn advice(error: &StartError) -> String {
    let listener = error.listener().map_or(Listener::Query, |(listener, _)| listener);
    super::port_advice(&format!("--{listener}-port"))
}
