//! Where a backend listens and how much it keeps.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::door::Door;
use super::{Backend, Listener, StartError};
use crate::store::Store;

const DEFAULT_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Settings of a [`Backend`], made by [`Backend::builder`].
///
/// By default each listener takes a free port of 127.0.0.1 and 256 MiB of spans are kept.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct BackendBuilder {
    addresses: Addresses,
    max_bytes: usize,
}

// === impl BackendBuilder ===

impl BackendBuilder {
    pub(super) fn new() -> Self {
        Self { addresses: Addresses::each(|_| local(0)), max_bytes: DEFAULT_MAX_BYTES }
    }

    /// Jaeger's ports on 127.0.0.1, for all listeners.
    pub fn with_default_ports(self) -> Self {
        Self { addresses: Addresses::each(|listener| local(listener.default_port())), ..self }
    }

    /// Where a listener listens. The default is 127.0.0.1 and a free port.
    pub fn with_addr(mut self, listener: Listener, address: SocketAddr) -> Self {
        self.addresses.set(listener, address);
        self
    }

    /// About how many bytes of spans are kept before the oldest trace is removed. The default is 256 MiB.
    ///
    /// The bytes are an estimate of the memory held, not the size of what was sent. One trace may fill half.
    pub fn with_max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Starts the listeners on the current tokio runtime.
    ///
    /// # Errors
    /// If a listener's address cannot be used. Nothing listens then.
    pub async fn start(self) -> Result<Backend, StartError> {
        let store = Arc::new(Store::new(self.max_bytes));
        let mut addresses = self.addresses;
        let mut doors = Vec::new();
        for listener in Listener::ALL {
            let wanted = addresses.get(listener);
            let door = Door::open(listener, wanted).await;
            let (door, address) = door.map_err(|source| StartError::new(listener, wanted, source))?;
            addresses.set(listener, address);
            doors.push((listener, door));
        }
        let stop = watch::Sender::new(());
        let mut tasks = JoinSet::new();
        for (listener, door) in doors {
            door.serve(listener, &store, &stop, &mut tasks);
        }
        Ok(Backend::new(store, addresses, stop, tasks))
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
