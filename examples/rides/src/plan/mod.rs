//! What happens, for a seed: everything random is a pure function of the seed and of what a request asks for.
//!
//! The services act by it, and `--once` expects the trace that follows from it.

mod customer;
mod expected;
mod location;

pub(crate) use self::{
    customer::{Customer, RACHEL},
    location::Location,
};

use std::time::Duration;

/// How often the frontend asks for one route before it gives up.
pub(crate) const ATTEMPTS: u32 = 3;

/// The course of events for one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    seed: u64,
}

/// A driver near a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Driver {
    /// For example `T712345C`.
    pub(crate) id: String,
    pub(crate) location: Location,
}

// === impl Plan ===

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Four to seven drivers, the nearest first, none at the place of another.
    pub(crate) fn drivers_near(self, customer: Location) -> Vec<Driver> {
        let count = 4 + self.random(&["drivers", &customer.to_string()], 4);
        let driver = |index: u64| {
            let random = |what, limit| self.random(&[what, &customer.to_string(), &index.to_string()], limit);
            // Each further away than the one before.
            let east = 20 * index + random("east", 20);
            let id = format!("T7{:04}{index}C", random("id", 10_000));
            Driver { id, location: customer.moved(east, random("south", 10)) }
        };
        (1..=count).map(driver).collect()
    }

    /// How long a ride from one place to the other takes; at least 2.
    pub(crate) fn eta_minutes(self, from: Location, to: Location) -> u64 {
        2 + from.distance(to) / 20 + self.random(&["eta", &from.to_string(), &to.to_string()], 5)
    }

    /// Whether the route service refuses to answer: in each dispatch the first attempt for one driver, who is not the
    /// nearest, because the driver service asks for that one and does not try again.
    pub(crate) fn refuses(self, from: Location, to: Location, attempt: u32) -> bool {
        let others = self.drivers_near(to).into_iter().skip(1);
        let unlucky = self.random(&["refuses", &to.to_string()], others.len() as u64);
        let position = others.zip(0..).find(|(driver, _)| driver.location == from).map(|(_, index)| index);
        attempt == 1 && position == Some(unlucky)
    }

    /// How long something takes: `least` milliseconds to twice that.
    pub(crate) fn delay(self, what: &str, about: &str, least: u64) -> Duration {
        Duration::from_millis(least + self.random(&["delay", what, about], least))
    }

    /// A number below `limit`, the same on every machine: FNV-1a over the parts, then the finisher of SplitMix64.
    fn random(self, parts: &[&str], limit: u64) -> u64 {
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
        let hash = self.seed.to_le_bytes().into_iter().chain(bytes).fold(0xcbf2_9ce4_8422_2325, fnv1a);
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (hash ^ (hash >> 31)) % limit.max(1)
    }
}

fn fnv1a(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{customer::CUSTOMERS, *};

    #[test]
    fn one_driver_is_refused_once() {
        for seed in 0..200 {
            let plan = Plan::new(seed);
            for Customer { location, .. } in CUSTOMERS {
                let drivers = plan.drivers_near(location);
                let refused = |attempt| {
                    drivers.iter().filter(|driver| plan.refuses(driver.location, location, attempt)).count()
                };
                assert_eq!((refused(1), refused(2)), (1, 0), "seed {seed}");
                assert!(!plan.refuses(drivers[0].location, location, 1), "seed {seed}: the nearest");
            }
        }
    }

    #[test]
    fn drivers_differ_and_the_nearest_is_first() {
        for seed in 0..200 {
            let customer = CUSTOMERS[0].location;
            let drivers = Plan::new(seed).drivers_near(customer);
            assert!((4..=7).contains(&drivers.len()), "seed {seed}: {}", drivers.len());
            let ids: HashSet<_> = drivers.iter().map(|driver| &driver.id).collect();
            assert_eq!(ids.len(), drivers.len(), "seed {seed}");
            let east: Vec<_> = drivers.iter().map(|driver| driver.location.x).collect();
            assert!(east.is_sorted_by(|one, next| one < next), "seed {seed}: {east:?}");
        }
    }

    #[test]
    fn a_seed_decides_alone() {
        let drivers = |seed| Plan::new(seed).drivers_near(CUSTOMERS[1].location);
        assert_eq!(drivers(7), drivers(7));
        assert_ne!(drivers(7), drivers(8));
    }
}
