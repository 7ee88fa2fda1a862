//! Why a backend did not start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::{error, fmt, io};

use super::Listener;

/// A listener's address cannot be used, mostly because another program listens there; or a file that it was given cannot.
#[derive(Debug)]
pub struct StartError {
    what: What,
    source: io::Error,
}

#[derive(Debug)]
enum What {
    Listener(Listener, SocketAddr),
    File(PathBuf),
}

// === impl StartError ===

impl StartError {
    pub(super) fn listener_at(listener: Listener, address: SocketAddr, source: io::Error) -> Self {
        Self { what: What::Listener(listener, address), source }
    }

    pub(super) fn file(path: PathBuf, source: io::Error) -> Self {
        Self { what: What::File(path), source }
    }

    /// Which listener could not start, and where; `None` if it was a file.
    pub fn listener(&self) -> Option<(Listener, SocketAddr)> {
        match self.what {
            What::Listener(listener, address) => Some((listener, address)),
            What::File(_) => None,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Listener(listener, address) => {
                write!(f, "{listener} cannot listen on {address}: {}", self.source)
            }
            What::File(path) => write!(f, "{} cannot be used: {}", path.display(), self.source),
        }
    }
}

impl error::Error for StartError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}
