//! Datagrams to an agent, from one connected socket.

use std::{
    fmt, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    time::{Duration, Instant},
};

use crate::error::{EndpointError, EndpointErrorKind, SendError, SendErrorKind};

/// Largest datagram by default: what Jaeger's agents read, and less on macOS, whose `net.inet.udp.maxdgram` is 9,216.
pub const DEFAULT_MAX_PACKET_BYTES: usize = if cfg!(target_os = "macos") { 9_216 } else { 65_000 };

/// How long a full socket buffer may hold up the reporting thread.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long an address of the agent is good for: as in jaeger-client-go, whose `AttemptReconnectInterval` is 30 seconds.
const RESOLVE_INTERVAL: Duration = Duration::from_secs(30);

/// Sends messages to an agent, one datagram each.
///
/// A datagram that was sent may still be lost on the way. What the system knows about a lost one, that nobody
/// listens at the address, is reported as an error: at once on the loopback interface, else with a later message.
///
/// The name of the agent is resolved when the transport is made, after an error, and when a message is sent and that was 30 seconds
/// ago, because an agent may move without an error that anybody learns of.
pub struct UdpTransport {
    address: String,
    resolve: Box<Resolve>,
    socket: Option<UdpSocket>,
    resolved_at: Instant,
    resolve_interval: Duration,
}

/// The addresses of `host:port`.
type Resolve = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// Whether the text is `host:port`, so that only the name remains to be resolved.
fn is_host_and_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let host_is_valid = match host.strip_prefix('[') {
        Some(v6) => v6.strip_suffix(']').is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && !host.contains([':', '/', '@', ' ']),
    };
    host_is_valid && port.bytes().all(|b| b.is_ascii_digit()) && port.parse().is_ok_and(|port: u16| port != 0)
}

/// IPv4 first, because agents commonly listen there only.
fn resolve(address: &str) -> io::Result<Vec<SocketAddr>> {
    let mut candidates: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    candidates.sort_by_key(SocketAddr::is_ipv6);
    Ok(candidates)
}

fn connect(remote: SocketAddr) -> io::Result<UdpSocket> {
    let local: SocketAddr =
        if remote.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(local)?;
    socket.connect(remote)?;
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    Ok(socket)
}

fn send_over(socket: &UdpSocket, packet: &[u8]) -> io::Result<()> {
    socket.send(packet)?;
    // The answer to a datagram on the loopback interface is already there.
    socket.take_error()?.map_or(Ok(()), Err)
}

// === impl UdpTransport ===

impl UdpTransport {
    /// A transport to the agent at `address`, such as `localhost:6831` or `[::1]:6831`.
    ///
    /// A name that does not resolve yet is no error here: the agent may start later than the service.
    ///
    /// # Errors
    ///
    /// When the address is not `host:port`.
    pub fn new(address: &str) -> Result<Self, EndpointError> {
        Self::with_resolve(address, resolve)
    }

    fn with_resolve(
        address: &str,
        resolve: impl Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Result<Self, EndpointError> {
        if !is_host_and_port(address) {
            return Err(EndpointError::new(address, EndpointErrorKind::Address));
        }
        let candidates = resolve(address).unwrap_or_default();
        let socket = candidates.into_iter().find_map(|candidate| connect(candidate).ok());
        let (address, resolved_at) = (address.to_owned(), Instant::now());
        let resolve_interval = RESOLVE_INTERVAL;
        Ok(Self { address, resolve: Box::new(resolve), socket, resolved_at, resolve_interval })
    }

    /// How long an address of the agent is good for without an error; 30 seconds by default, for ever with [`Duration::MAX`].
    #[must_use]
    pub fn with_resolve_interval(mut self, interval: Duration) -> Self {
        self.set_resolve_interval(interval);
        self
    }

    pub(crate) fn set_resolve_interval(&mut self, interval: Duration) {
        self.resolve_interval = interval;
    }

    /// The address as it was given, `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends one datagram; after an error the name is resolved again and the datagram sent once more, to its addresses one after the
    /// other, up to the first without an error.
    ///
    /// # Errors
    ///
    /// When the datagram was not accepted by the system, or when the system knows that nobody receives it.
    pub fn send(&mut self, packet: &[u8]) -> Result<(), SendError> {
        self.send_at(packet, Instant::now())
    }

    fn send_at(&mut self, packet: &[u8], now: Instant) -> Result<(), SendError> {
        self.leave_an_old_address(now);
        // An error may belong to an earlier datagram: this one has not been sent.
        match self.socket.take() {
            Some(socket) if send_over(&socket, packet).is_ok() => {
                self.socket = Some(socket);
                Ok(())
            }
            _ => self.send_anew(packet, now),
        }
    }

    /// Forgets the socket if its address has been used for long and is the agent's no more. Where the name cannot be resolved, the old
    /// address is better than none.
    fn leave_an_old_address(&mut self, now: Instant) {
        if now.saturating_duration_since(self.resolved_at) < self.resolve_interval {
            return;
        }
        let peer = self.socket.as_ref().and_then(|socket| socket.peer_addr().ok());
        if let (Some(peer), Ok(candidates)) = (peer, (self.resolve)(&self.address))
            && !candidates.is_empty()
            && !candidates.contains(&peer)
        {
            self.socket = None;
        }
        self.resolved_at = now;
    }

    fn send_anew(&mut self, packet: &[u8], now: Instant) -> Result<(), SendError> {
        self.resolved_at = now;
        let candidates = match (self.resolve)(&self.address) {
            Ok(candidates) => candidates,
            Err(error) if error.raw_os_error().is_some() => return Err(self.error(error)),
            Err(_) => Vec::new(),
        };
        // The error of the first address says most: the others may be of a kind that this machine cannot reach.
        let mut first = None;
        for candidate in candidates {
            match connect(candidate).and_then(|socket| send_over(&socket, packet).map(|()| socket)) {
                Ok(socket) => {
                    self.socket = Some(socket);
                    return Ok(());
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        let unknown = || SendError::new(&self.target(), SendErrorKind::UnknownHost);
        Err(first.map_or_else(unknown, |error| self.error(error)))
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
    use std::sync::{Arc, Mutex};

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

    fn agent() -> UdpSocket {
        let agent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        agent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        agent
    }

    #[track_caller]
    fn received(agent: &UdpSocket, text: &[u8]) {
        let mut packet = [0; 16];
        let length = agent.recv(&mut packet).unwrap();
        assert_eq!(&packet[..length], text);
    }

    /// A transport whose agent's addresses the test says, each time it is asked; `None` if nobody knows.
    fn transport(known: &Arc<Mutex<Option<Vec<SocketAddr>>>>) -> UdpTransport {
        let known = Arc::clone(known);
        UdpTransport::with_resolve("jaeger:6831", move |address| {
            assert_eq!(address, "jaeger:6831");
            known.lock().unwrap().clone().ok_or_else(|| io::Error::other("no such host"))
        })
        .unwrap()
    }

    fn at(agents: &[&UdpSocket]) -> Option<Vec<SocketAddr>> {
        Some(agents.iter().map(|agent| agent.local_addr().unwrap()).collect())
    }

    #[test]
    fn a_datagram_arrives() {
        let agent = agent();
        let mut transport = UdpTransport::new(&agent.local_addr().unwrap().to_string()).unwrap();
        transport.send(b"spans").unwrap();
        received(&agent, b"spans");
    }

    #[test]
    fn an_agent_that_has_moved_is_found_after_half_a_minute() {
        let (old, new) = (agent(), agent());
        let known = Arc::new(Mutex::new(at(&[&old])));
        let mut transport = transport(&known);
        let start = transport.resolved_at;
        *known.lock().unwrap() = at(&[&new]);
        transport.send_at(b"early", start + RESOLVE_INTERVAL - Duration::from_millis(1)).unwrap();
        received(&old, b"early");
        transport.send_at(b"late", start + RESOLVE_INTERVAL).unwrap();
        received(&new, b"late");

        // An address that is still among those of the name is kept, and so is one of a name that nobody knows now.
        *known.lock().unwrap() = at(&[&old, &new]);
        transport.send_at(b"kept", start + 2 * RESOLVE_INTERVAL).unwrap();
        received(&new, b"kept");
        for unknown in [None, Some(Vec::new())] {
            *known.lock().unwrap() = unknown;
            transport.send_at(b"unknown", transport.resolved_at + RESOLVE_INTERVAL).unwrap();
            received(&new, b"unknown");
        }
    }

    // Elsewhere the system may learn of it a packet later.
    #[cfg(target_os = "linux")]
    #[test]
    fn after_an_error_the_name_is_resolved_at_once_and_each_address_is_tried() {
        let (old, new) = (agent(), agent());
        let known = Arc::new(Mutex::new(at(&[&old])));
        let mut transport = transport(&known);
        let (gone, now) = (old.local_addr().unwrap(), transport.resolved_at);
        drop(old);
        *known.lock().unwrap() = Some(vec![gone, new.local_addr().unwrap()]);
        transport.send_at(b"moved", now).unwrap();
        received(&new, b"moved");

        drop(new);
        let error = transport.send_at(b"gone", now).unwrap_err();
        assert_eq!(error.to_string(), "UDP to jaeger:6831 failed: connection refused");
        *known.lock().unwrap() = None;
        let error = transport.send_at(b"unknown", now).unwrap_err();
        assert_eq!(error.to_string(), "UDP to jaeger:6831 failed: host name not found");
        let newest = agent();
        *known.lock().unwrap() = at(&[&newest]);
        transport.send_at(b"back", now).unwrap();
        received(&newest, b"back");
    }

    #[test]
    fn a_name_that_does_not_resolve_is_an_error_when_sending_only() {
        let mut transport = UdpTransport::new("jaeger..invalid:6831").unwrap();
        let error = transport.send(b"spans").unwrap_err();
        assert_eq!(error.cause(), crate::FailureCause::Unreachable);
        assert_eq!(error.to_string(), "UDP to jaeger..invalid:6831 failed: host name not found");
    }
}
