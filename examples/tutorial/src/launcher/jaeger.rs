//! The Jaeger of a lesson: one in this process, or one that runs already.

use std::net::{Ipv4Addr, SocketAddr};

use jaeger_backend::{Backend, Listener, StartError};

use crate::args::{JaegerChoice, Ports};

/// Where spans are sent and traces are read.
#[derive(Debug)]
pub(super) struct Jaeger {
    collector: String,
    query: String,
    embedded: Option<Backend>,
}

// === impl Jaeger ===

impl Jaeger {
    pub(super) async fn start(choice: &JaegerChoice) -> Result<Self, String> {
        match choice {
            JaegerChoice::Embedded(ports) => Self::embed(*ports).await,
            JaegerChoice::Running { collector, query } => {
                Ok(Self { collector: collector.clone(), query: query.clone(), embedded: None })
            }
        }
    }

    async fn embed(ports: Ports) -> Result<Self, String> {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let builder = Backend::builder()
            .with_addr(Listener::Query, local(ports.query))
            .with_addr(Listener::Collector, local(ports.collector))
            .with_addr(Listener::Agent, local(ports.agent));
        let backend = builder.start().await.map_err(|error| format!("{error}; {}", advice(&error)))?;
        let (collector, query) = (backend.collector_endpoint(), backend.query_url());
        Ok(Self { collector, query, embedded: Some(backend) })
    }

    /// The URL to which spans are posted.
    pub(super) fn collector(&self) -> &str {
        &self.collector
    }

    /// The URL below which traces are read.
    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// Whether it ends with the tutorial, and its page with it.
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
    // The others take free ports.
    let listener = error.listener().map_or(Listener::Query, |(listener, _)| listener);
    let option = format!("--{listener}-port");
    format!(
        "choose another port with {option} N, any free one with {option} 0, or, if that is a Jaeger, use it \
         with --query http://127.0.0.1:16686"
    )
}
