//! Foreign programs: built by their own toolchains, absent ones passed over unless `REQUIRE_PEERS=1`.

mod foreign_hop;
mod real_jaeger;

use std::{
    env, io,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
};

pub use foreign_hop::ForeignHop;
pub use real_jaeger::RealJaeger;

/// Whether an absent peer is a failure.
pub fn required() -> bool {
    env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1")
}

/// A port that was free a moment ago.
pub(crate) fn free_tcp() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

pub(crate) fn free_udp() -> io::Result<SocketAddr> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
