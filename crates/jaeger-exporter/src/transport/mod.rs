//! The sockets of this crate: bytes to a collector over HTTP, bytes to an agent over UDP.

mod http;
mod http_agent;
#[cfg(feature = "tls")]
mod tls;
mod udp;

pub use self::{
    http::{DEFAULT_TIMEOUT, HttpTransport},
    udp::{DEFAULT_MAX_PACKET_BYTES, UdpTransport},
};
