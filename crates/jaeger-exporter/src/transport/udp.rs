//! Datagrams to an agent, from one connected socket.

use std::{
    fmt, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    time::Duration,
};

use crate::error::{EndpointError, EndpointErrorKind, SendError, SendErrorKind};

/// Largest datagram by default: what Jaeger's agents read, and less on macOS, whose `net.inet.udp.maxdgram` is 9,216.
pub const DEFAULT_MAX_PACKET_BYTES: usize = if cfg!(target_os = "macos") { 9_216 } else { 65_000 };

/// How long a full socket buffer may hold up the reporting thread.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends messages to an agent, one datagram each.
///
/// A datagram that was sent may still be lost on the way. What the system knows about a lost one, that nobody
/// listens at the address, is reported as an error: at once on the loopback interface, else with a later message.
pub struct UdpTransport {
    address: String,
    socket: Option<UdpSocket>,
}

/// Whether the text is `host:port`, so that only the name remains to be resolved.
fn is_host_and_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let host_is_valid = match host.strip_prefix('[') {
        Some(v6) => v6.strip_suffix(']').is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && !host.contains([':', '/', '@', ' ']),
    };
    host_is_valid && port.bytes().all(|b| b.is_ascii_digit()) && port.parse().is_ok_and(|port: u16| port != 0)
}

/// A socket connected to the first usable address; IPv4 first, because agents commonly listen there only.
fn connect(address: &str) -> io::Result<UdpSocket> {
    let mut candidates: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    candidates.sort_by_key(SocketAddr::is_ipv6);
    let mut result = Err(io::Error::new(io::ErrorKind::NotFound, "host name not found"));
    for candidate in candidates {
        result = connect_to(candidate);
        if result.is_ok() {
            break;
        }
    }
    result
}

fn connect_to(remote: SocketAddr) -> io::Result<UdpSocket> {
    let local: SocketAddr =
        if remote.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(local)?;
    socket.connect(remote)?;
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    Ok(socket)
}

// === impl UdpTransport ===

impl UdpTransport {
    /// A transport to the agent at `address`, such as `localhost:6831`.
    ///
    /// The name is resolved here, and again after an error. A name that does not resolve yet is no error here:
    /// the agent may start later than the service.
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn new(address: &str) -> Result<Self, EndpointError> {
        if !is_host_and_port(address) {
            return Err(EndpointError::new(address, EndpointErrorKind::Address));
        }
        Ok(Self { address: address.to_owned(), socket: connect(address).ok() })
    }

    /// The address as it was given, `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends one datagram; after an error the name is resolved again and the datagram sent once more.
    ///
    /// # Errors
    ///
    /// When the datagram was not accepted by the system, or when the system knows that nobody receives it.
    pub fn send(&mut self, packet: &[u8]) -> Result<(), SendError> {
        if self.socket.as_ref().is_none_or(|socket| socket.send(packet).is_err()) {
            // The error may belong to an earlier datagram: this one has not been sent.
            self.socket = None;
            self.reconnect()?.send(packet).map_err(|error| self.error(error))?;
        }
        // The answer to a datagram on the loopback interface is already there.
        match self.socket.as_ref().map(UdpSocket::take_error) {
            Some(Ok(Some(error))) => Err(self.error(error)),
            _ => Ok(()),
        }
    }

    fn reconnect(&mut self) -> Result<&UdpSocket, SendError> {
        match connect(&self.address) {
            Ok(socket) => Ok(self.socket.insert(socket)),
            Err(error) if self.address.parse::<SocketAddr>().is_err() && error.raw_os_error().is_none() => {
                Err(SendError::new(&self.target(), SendErrorKind::UnknownHost))
            }
            Err(error) => Err(self.error(error)),
        }
    }

    fn error(&self, error: io::Error) -> SendError {
        SendError::from_io(&self.target(), error, WRITE_TIMEOUT)
    }

    fn target(&self) -> String {
        format!("UDP to {}", self.address)
    }
}

impl fmt::Debug for UdpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpTransport").field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port() {
        for address in ["localhost:6831", "127.0.0.1:6831", "[::1]:6831", "jaeger-agent.example:1"] {
            assert!(is_host_and_port(address), "{address}");
        }
        for address in
            ["", "localhost", ":6831", "localhost:", "localhost:0", "h:+1", "h:65536", "::1:6831", "a b:1"]
        {
            let message = UdpTransport::new(address).unwrap_err().to_string();
            assert_eq!(
                message,
                format!(
                    "expected host:port such as localhost:6831 as address of the agent, found {address:?}"
                )
            );
        }
        assert!(UdpTransport::new("udp://localhost:6831").is_err());
    }

    #[test]
    fn a_datagram_arrives() {
        let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut transport = UdpTransport::new(&agent.local_addr().unwrap().to_string()).unwrap();
        transport.send(b"spans").unwrap();
        let mut packet = [0; 16];
        let length = agent.recv(&mut packet).unwrap();
        assert_eq!(&packet[..length], b"spans");
    }

    #[test]
    fn a_name_that_does_not_resolve_is_an_error_when_sending_only() {
        let mut transport = UdpTransport::new("jaeger..invalid:6831").unwrap();
        let error = transport.send(b"spans").unwrap_err();
        assert_eq!(error.cause(), crate::FailureCause::Unreachable);
        assert_eq!(error.to_string(), "UDP to jaeger..invalid:6831 failed: host name not found");
    }
}
