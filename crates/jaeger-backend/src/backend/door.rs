//! An open socket, and what is served at it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use jaeger_thrift::{Binary, Compact};
use socket2::SockRef;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;

use super::Listener;
use super::serve::serve;
use crate::sampling::Advice;
use crate::store::Store;
use crate::{admin, ingest, page, query, sampling};

/// The socket of a listener, before anybody is answered.
#[derive(Debug)]
pub(super) enum Door {
    Http(TcpListener),
    Udp(UdpSocket),
}

const PACKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

// === impl Door ===

impl Door {
    /// Opens the socket; returns where it really is.
    pub(super) async fn open(listener: Listener, address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        match listener {
            Listener::Agent | Listener::AgentBinary | Listener::AgentZipkin => {
                let socket = UdpSocket::bind(address).await?;
                // As much as the system allows: a burst of packets waits there while another one is decoded.
                let _ = SockRef::from(&socket).set_recv_buffer_size(PACKET_BUFFER_BYTES);
                let address = socket.local_addr()?;
                Ok((Self::Udp(socket), address))
            }
            _ => {
                let socket = TcpListener::bind(address).await?;
                let address = socket.local_addr()?;
                Ok((Self::Http(socket), address))
            }
        }
    }

    /// Serves until the sender of `stop` is gone.
    pub(super) async fn serve(
        self,
        listener: Listener,
        store: Arc<Store>,
        advice: Advice,
        stop: watch::Receiver<()>,
    ) {
        match self {
            Self::Http(socket) => {
                let router = router(listener, Arc::clone(&store), advice);
                serve(socket, router, store, stop).await;
            }
            Self::Udp(socket) if listener == Listener::AgentBinary => {
                until_stopped(ingest::receive_packets::<Binary>(socket, store), stop).await;
            }
            Self::Udp(socket) => until_stopped(ingest::receive_packets::<Compact>(socket, store), stop).await,
        }
    }
}

fn router(listener: Listener, store: Arc<Store>, advice: Advice) -> Router {
    match listener {
        Listener::Query => query::router(store).merge(page::router()),
        Listener::Collector => ingest::collector_router(store).merge(sampling::collector_routes(advice)),
        Listener::OtlpGrpc => ingest::grpc_router(store),
        Listener::OtlpHttp => ingest::http_router(store),
        Listener::Zipkin => ingest::zipkin_router(store),
        Listener::Sampling => sampling::router(advice),
        Listener::Admin => admin::router(),
        Listener::Agent | Listener::AgentBinary | Listener::AgentZipkin => Router::new(),
    }
}

/// Runs until it ends, or the sender of `stop` is gone.
pub(super) async fn until_stopped(work: impl Future<Output = ()>, stop: watch::Receiver<()>) {
    tokio::select! {
        () = work => {}
        () = stopped(stop) => {}
    }
}

/// Nothing is ever sent, so that a change can only mean that the sender is gone.
pub(super) async fn stopped(mut stop: watch::Receiver<()>) {
    while stop.changed().await.is_ok() {}
}
