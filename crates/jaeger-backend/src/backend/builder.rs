//! Where a backend listens and how much it keeps.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use socket2::SockRef;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::running::Addresses;
use super::{Backend, Listener, StartError};
use crate::store::Store;
use crate::{ingest, page, query};

/// Ports of Jaeger's all-in-one.
const QUERY_PORT: u16 = 16686;
const COLLECTOR_PORT: u16 = 14268;
const AGENT_PORT: u16 = 6831;

const AGENT_BUFFER_BYTES: usize = 4 * 1024 * 1024;

const DEFAULT_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Settings of a [`Backend`], made by [`Backend::builder`].
///
/// By default each listener takes a free port of 127.0.0.1 and 256 MiB of spans are kept.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct BackendBuilder {
    query: SocketAddr,
    collector: SocketAddr,
    agent: SocketAddr,
    max_bytes: usize,
}

// === impl BackendBuilder ===

impl BackendBuilder {
    pub(super) fn new() -> Self {
        let free = local(0);
        Self { query: free, collector: free, agent: free, max_bytes: DEFAULT_MAX_BYTES }
    }

    /// Jaeger's ports on 127.0.0.1: 16686 for page and query API, 14268 for the collector, UDP 6831 for the
    /// agent.
    pub fn with_default_ports(self) -> Self {
        let (query, collector, agent) = (local(QUERY_PORT), local(COLLECTOR_PORT), local(AGENT_PORT));
        Self { query, collector, agent, ..self }
    }

    /// Where the page and the query API listen. The default is 127.0.0.1 and a free port.
    pub fn with_query_addr(self, query: SocketAddr) -> Self {
        Self { query, ..self }
    }

    /// Where the collector listens. The default is 127.0.0.1 and a free port.
    pub fn with_collector_addr(self, collector: SocketAddr) -> Self {
        Self { collector, ..self }
    }

    /// Where the agent receives UDP packets. The default is 127.0.0.1 and a free port.
    pub fn with_agent_addr(self, agent: SocketAddr) -> Self {
        Self { agent, ..self }
    }

    /// About how many bytes of spans are kept before the oldest trace is removed. The default is 256 MiB.
    ///
    /// The bytes are an estimate of the memory held, not the size of what was sent. One trace may fill half.
    pub fn with_max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Starts the listeners on the current tokio runtime.
    ///
    /// # Errors
    /// If a listener's address cannot be used. Nothing listens then.
    pub async fn start(self) -> Result<Backend, StartError> {
        let refused = |listener, address| move |source| StartError::new(listener, address, source);
        let query = TcpListener::bind(self.query).await.map_err(refused(Listener::Query, self.query))?;
        let collector =
            TcpListener::bind(self.collector).await.map_err(refused(Listener::Collector, self.collector))?;
        let agent = UdpSocket::bind(self.agent).await.map_err(refused(Listener::Agent, self.agent))?;
        // As much as the system allows: a burst of packets waits there while another one is decoded.
        let _ = SockRef::from(&agent).set_recv_buffer_size(AGENT_BUFFER_BYTES);
        let addresses = Addresses {
            query: query.local_addr().map_err(refused(Listener::Query, self.query))?,
            collector: collector.local_addr().map_err(refused(Listener::Collector, self.collector))?,
            agent: agent.local_addr().map_err(refused(Listener::Agent, self.agent))?,
        };

        let store = Arc::new(Store::new(self.max_bytes));
        let stop = watch::Sender::new(());
        let mut tasks = JoinSet::new();
        let pages = query::router(Arc::clone(&store)).merge(page::router());
        tasks.spawn(serve(query, pages, stop.subscribe()));
        tasks.spawn(serve(collector, ingest::router(Arc::clone(&store)), stop.subscribe()));
        tasks.spawn(until_stopped(ingest::receive_packets(agent, Arc::clone(&store)), stop.subscribe()));
        Ok(Backend::new(store, addresses, stop, tasks))
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Serves until the sender of `stop` is gone, then until the open requests are answered.
async fn serve(listener: TcpListener, router: Router, stop: watch::Receiver<()>) {
    let served = axum::serve(listener, router).with_graceful_shutdown(stopped(stop)).await;
    // `axum::serve` retries what can fail and returns no error.
    debug_assert!(served.is_ok());
}

async fn until_stopped(work: impl Future<Output = ()>, stop: watch::Receiver<()>) {
    tokio::select! {
        () = work => {}
        () = stopped(stop) => {}
    }
}

/// Nothing is ever sent, so that a change can only mean that the sender is gone.
async fn stopped(mut stop: watch::Receiver<()>) {
    while stop.changed().await.is_ok() {}
}
