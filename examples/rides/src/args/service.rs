//! The options of one service's process.

use super::{DEFAULT_SEED, options::Options};
use crate::{
    exporter::{Exporter, Sink},
    knobs::Knobs,
};

/// One service, in this process.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) peers: Peers,
    pub(crate) seed: u64,
    pub(crate) sink: Sink,
    /// How the frontend's are at its start.
    pub(crate) knobs: Knobs,
    /// 0 for any.
    pub(crate) port: u16,
}

/// Which service, and whom it calls: each is a `HOST:PORT`.
#[derive(Debug)]
pub(crate) enum Peers {
    Customer,
    Driver {
        route: String,
    },
    Route,
    Pricing,
    Notify,
    /// And where traces are shown, a URL.
    Frontend {
        addresses: PeerAddresses,
        query: String,
    },
}

/// Whom the frontend calls.
#[derive(Debug)]
pub(crate) struct PeerAddresses {
    pub(crate) customer: String,
    pub(crate) driver: String,
    pub(crate) route: String,
    pub(crate) pricing: String,
    pub(crate) notify: String,
}

// === impl Service ===

impl Service {
    pub(super) fn read(name: &str, options: &mut Options) -> Result<Self, String> {
        let peers = match name {
            "customer" => Peers::Customer,
            "driver" => Peers::Driver { route: options.required("--route")? },
            "route" => Peers::Route,
            "pricing" => Peers::Pricing,
            "notify" => Peers::Notify,
            "frontend" => {
                let addresses = PeerAddresses {
                    customer: options.required("--customer")?,
                    driver: options.required("--driver")?,
                    route: options.required("--route")?,
                    pricing: options.required("--pricing")?,
                    notify: options.required("--notify")?,
                };
                Peers::Frontend { addresses, query: options.required("--query")? }
            }
            _ => return Err(format!("unknown service {name:?}")),
        };
        let exporter = Exporter::read(options.text("--exporter"))?;
        Ok(Self {
            peers,
            seed: options.parsed("--seed", "a number")?.unwrap_or(DEFAULT_SEED),
            knobs: options.knobs()?,
            sink: Sink { exporter, address: options.required("--to")? },
            port: options.port("--port")?.unwrap_or(0),
        })
    }

    /// The database in its process, as it is called in Jaeger.
    pub(crate) fn database(&self) -> Option<&'static str> {
        match self.peers {
            Peers::Customer => Some("mysql"),
            Peers::Driver { .. } => Some("redis"),
            _ => None,
        }
    }

    /// How the service is called in Jaeger.
    pub(crate) fn name(&self) -> &'static str {
        match self.peers {
            Peers::Customer => "customer",
            Peers::Driver { .. } => "driver",
            Peers::Route => "route",
            Peers::Pricing => "pricing",
            Peers::Notify => "notify",
            Peers::Frontend { .. } => "frontend",
        }
    }
}
