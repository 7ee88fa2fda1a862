//! What clients ask for: sampling strategies and baggage restrictions. The ports 5778 and, as part of the collector's, 14268.

mod restrictions;
mod routes;
mod strategies;
mod watched;

pub(crate) use self::{
    restrictions::Restrictions,
    routes::{Advice, collector_routes, router},
    strategies::Strategies,
    watched::{Watched, Watcher},
};
