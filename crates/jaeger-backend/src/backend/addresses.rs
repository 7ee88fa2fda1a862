//! The address of each listener.

use std::net::SocketAddr;

use super::Listener;

/// An address for each listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses([SocketAddr; Listener::ALL.len()]);

// === impl Addresses ===

impl Addresses {
    pub(super) fn each(address: impl Fn(Listener) -> SocketAddr) -> Self {
        Self(Listener::ALL.map(address))
    }

    #[expect(clippy::indexing_slicing, reason = "there is a place for each listener")]
    pub(super) fn get(&self, listener: Listener) -> SocketAddr {
        self.0[listener.index()]
    }

    #[expect(clippy::indexing_slicing, reason = "there is a place for each listener")]
    pub(super) fn set(&mut self, listener: Listener, address: SocketAddr) {
        self.0[listener.index()] = address;
    }
}
