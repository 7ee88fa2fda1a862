//! A service that is started again when its process ends.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use tokio::time::sleep;

use super::child::{Child, Launch};
use crate::{BoxError, console};

/// A service's process, or the place of one that has died.
#[derive(Debug)]
pub(super) struct Supervised {
    launch: Launch,
    address: SocketAddr,
    /// None between a death and the next start.
    child: Option<Child>,
}

// === impl Supervised ===

impl Supervised {
    /// On this port, or on any if it is 0.
    pub(super) async fn start(launch: Launch, port: u16) -> Result<Self, BoxError> {
        let child = Child::start(&launch, port).await?;
        Ok(Self { launch, address: child.address(), child: Some(child) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it again, that long after it has died, on the same port; the others need not be told. Never, if there is no time given.
    pub(super) async fn keep_up(&mut self, restart_after: Option<Duration>) -> Infallible {
        loop {
            if let Some(child) = &mut self.child {
                let end = child.ended().await;
                self.child = None;
                self.report(&end, restart_after);
            }
            let Some(pause) = restart_after else { std::future::pending().await };
            sleep(pause).await;
            match Child::start(&self.launch, self.address.port()).await {
                Ok(child) => {
                    self.child = Some(child);
                    console::complain(&format!("rides: {} is back", self.launch.name));
                }
                Err(error) => {
                    let name = self.launch.name;
                    console::complain(&format!("rides: {name} cannot be started again: {error}"));
                    // A pause of nothing would be a race with whatever is in the way.
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    fn report(&self, end: &str, restart_after: Option<Duration>) {
        let name = self.launch.name;
        let next = match restart_after {
            Some(Duration::ZERO) => "it is started again".to_owned(),
            Some(pause) => format!("it is started again in {pause:?}"),
            None => "it stays away, as --restart-after off says".to_owned(),
        };
        console::complain(&format!("rides: {name} ended unexpectedly: {end}; {next}"));
    }

    pub(super) async fn stop(self) {
        if let Some(child) = self.child {
            child.stop().await;
        }
    }
}
