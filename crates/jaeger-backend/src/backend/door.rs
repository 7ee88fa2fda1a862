//! An open socket, and what is served at it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use jaeger_thrift::{Binary, Compact, Protocol};
use socket2::SockRef;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Listener;
use crate::store::Store;
use crate::{ingest, page, query};

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

    pub(super) fn serve(
        self,
        listener: Listener,
        store: &Arc<Store>,
        stop: &watch::Sender<()>,
        tasks: &mut JoinSet<()>,
    ) {
        let (store, stop) = (Arc::clone(store), stop.subscribe());
        match self {
            Self::Http(socket) => {
                tasks.spawn(serve(socket, router(listener, store), stop));
            }
            Self::Udp(socket) if listener == Listener::AgentBinary => {
                tasks.spawn(receive::<Binary>(socket, store, stop));
            }
            Self::Udp(socket) => {
                tasks.spawn(receive::<Compact>(socket, store, stop));
            }
        }
    }
}

fn router(listener: Listener, store: Arc<Store>) -> Router {
    match listener {
        Listener::Query => query::router(store).merge(page::router()),
        Listener::Collector => ingest::collector_router(store),
        Listener::OtlpGrpc => ingest::grpc_router(store),
        Listener::OtlpHttp => ingest::http_router(store),
        Listener::Zipkin => ingest::zipkin_router(store),
        Listener::Sampling | Listener::Admin => Router::new(),
        Listener::Agent | Listener::AgentBinary | Listener::AgentZipkin => Router::new(),
    }
}

/// Serves until the sender of `stop` is gone, then until the open requests are answered.
async fn serve(listener: TcpListener, router: Router, stop: watch::Receiver<()>) {
    let served = axum::serve(listener, router).with_graceful_shutdown(stopped(stop)).await;
    // `axum::serve` retries what can fail and returns no error.
    debug_assert!(served.is_ok());
}

async fn receive<P: Protocol>(socket: UdpSocket, store: Arc<Store>, stop: watch::Receiver<()>) {
    tokio::select! {
        () = ingest::receive_packets::<P>(socket, store) => {}
        () = stopped(stop) => {}
    }
}

/// Nothing is ever sent, so that a change can only mean that the sender is gone.
async fn stopped(mut stop: watch::Receiver<()>) {
    while stop.changed().await.is_ok() {}
}
