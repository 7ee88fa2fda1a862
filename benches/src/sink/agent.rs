//! An agent that nobody reads from: the system drops what it has no room for.

use std::{io, net::UdpSocket};

#[derive(Debug)]
pub(crate) struct Agent(UdpSocket);

// === impl Agent ===

impl Agent {
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self(UdpSocket::bind(("127.0.0.1", 0))?))
    }

    pub(crate) fn address(&self) -> io::Result<String> {
        Ok(self.0.local_addr()?.to_string())
    }
}
