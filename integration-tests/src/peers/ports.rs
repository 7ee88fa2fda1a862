//! Where a Jaeger listens.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
};

/// Ports of this machine that were free a moment ago, none of them twice.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) query: SocketAddr,
    pub(super) query_grpc: SocketAddr,
    pub(super) collector: SocketAddr,
    pub(super) collector_grpc: SocketAddr,
    pub(super) otlp_http: SocketAddr,
    pub(super) otlp_grpc: SocketAddr,
    pub(super) zipkin: SocketAddr,
    pub(super) sampling: SocketAddr,
    pub(super) sampling_grpc: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) agent: SocketAddr,
    pub(super) binary_agent: SocketAddr,
    pub(super) zipkin_agent: SocketAddr,
}

// === impl Ports ===

impl Ports {
    pub(super) fn free() -> io::Result<Self> {
        // All are held until the last one is there.
        let (mut tcp, mut udp) = (Vec::new(), Vec::new());
        let mut free_tcp = || {
            let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let address = socket.local_addr();
            tcp.push(socket);
            address
        };
        let mut free_udp = || {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            let address = socket.local_addr();
            udp.push(socket);
            address
        };
        Ok(Self {
            query: free_tcp()?,
            query_grpc: free_tcp()?,
            collector: free_tcp()?,
            collector_grpc: free_tcp()?,
            otlp_http: free_tcp()?,
            otlp_grpc: free_tcp()?,
            zipkin: free_tcp()?,
            sampling: free_tcp()?,
            sampling_grpc: free_tcp()?,
            admin: free_tcp()?,
            agent: free_udp()?,
            binary_agent: free_udp()?,
            zipkin_agent: free_udp()?,
        })
    }
}
