//! Why a backend did not start.

use std::net::SocketAddr;
use std::{error, fmt, io};

use super::Listener;

/// A listener's address cannot be used, mostly because another program listens there.
#[derive(Debug)]
pub struct StartError {
    listener: Listener,
    address: SocketAddr,
    source: io::Error,
}

// === impl StartError ===

impl StartError {
    pub(super) fn new(listener: Listener, address: SocketAddr, source: io::Error) -> Self {
        Self { listener, address, source }
    }

    /// Which listener could not start.
    pub fn listener(&self) -> Listener {
        self.listener
    }

    /// Where it was to listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listener, address, source } = self;
        write!(f, "{listener} cannot listen on {address}: {source}")
    }
}

impl error::Error for StartError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}
