//! Where a backend listens and how much it keeps.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::door::{Door, until_stopped};
use super::logger::Logger;
use super::{Backend, Listener, StartError};
use crate::sampling::{Advice, Restrictions, Strategies, Watched, Watcher};
use crate::store::Store;

const DEFAULT_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Settings of a [`Backend`], made by [`Backend::builder`].
///
/// By default each listener takes a free port of 127.0.0.1, 256 MiB of spans are kept, and clients that ask are told to sample
/// everything.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct BackendBuilder {
    addresses: Addresses,
    max_bytes: usize,
    strategies: Option<PathBuf>,
    restrictions: Option<PathBuf>,
    logger: Logger,
}

// === impl BackendBuilder ===

impl BackendBuilder {
    pub(super) fn new() -> Self {
        Self {
            addresses: Addresses::each(|_| local(0)),
            max_bytes: DEFAULT_MAX_BYTES,
            strategies: None,
            restrictions: None,
            logger: Logger::default(),
        }
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

    /// A file with the sampling strategies that clients are told, in the format of Jaeger's `--sampling.strategies-file`. It is read
    /// again when it changes.
    ///
    /// ```json
    /// {"default_strategy": {"type": "probabilistic", "param": 0.5},
    ///  "service_strategies": [{"service": "checkout", "type": "ratelimiting", "param": 5}]}
    /// ```
    pub fn with_sampling_strategies(self, file: impl Into<PathBuf>) -> Self {
        Self { strategies: Some(file.into()), ..self }
    }

    /// A file with the baggage that clients are allowed to set. It is read again when it changes. Without one they are told what
    /// Jaeger tells them: that there are no rules, with status 500.
    ///
    /// ```json
    /// {"default_restrictions": [{"baggageKey": "customer", "maxValueLength": 64}],
    ///  "service_restrictions": {"checkout": [{"baggageKey": "session", "maxValueLength": 16}]}}
    /// ```
    pub fn with_baggage_restrictions(self, file: impl Into<PathBuf>) -> Self {
        Self { restrictions: Some(file.into()), ..self }
    }

    /// Where the backend writes its lines, each without a line end; standard error by default. It is called when a file has been read
    /// again, or cannot be.
    pub fn with_logger(self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { logger: Logger::new(log), ..self }
    }

    /// Starts the listeners on the current tokio runtime.
    ///
    /// # Errors
    /// If a listener's address cannot be used, or a file. Nothing listens then.
    pub async fn start(self) -> Result<Backend, StartError> {
        let store = Arc::new(Store::new(self.max_bytes));
        let strategies = self.strategies.map(|path| open(path, Strategies::parse)).transpose()?;
        let restrictions = self.restrictions.map(|path| open(path, Restrictions::parse)).transpose()?;
        let (mut addresses, mut doors) = (self.addresses, Vec::new());
        for listener in Listener::ALL {
            let wanted = addresses.get(listener);
            let door = Door::open(listener, wanted).await;
            let (door, address) = door.map_err(|source| StartError::listener_at(listener, wanted, source))?;
            addresses.set(listener, address);
            doors.push((listener, door));
        }
        let everything = || Watched::new(Strategies::everything());
        let advice = Advice {
            strategies: strategies.as_ref().map_or_else(everything, Watcher::value),
            restrictions: restrictions.as_ref().map(Watcher::value),
        };
        let stop = watch::Sender::new(());
        let mut tasks = JoinSet::new();
        for (listener, door) in doors {
            tasks.spawn(door.serve(listener, Arc::clone(&store), advice.clone(), stop.subscribe()));
        }
        if let Some(strategies) = strategies {
            tasks.spawn(until_stopped(strategies.watch(self.logger.clone()), stop.subscribe()));
        }
        if let Some(restrictions) = restrictions {
            tasks.spawn(until_stopped(restrictions.watch(self.logger), stop.subscribe()));
        }
        Ok(Backend::new(store, addresses, stop, tasks))
    }
}

fn open<T>(path: PathBuf, parse: fn(&[u8]) -> Result<T, String>) -> Result<Watcher<T>, StartError> {
    Watcher::open(path.clone(), parse).map_err(|source| StartError::file(path, source))
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
