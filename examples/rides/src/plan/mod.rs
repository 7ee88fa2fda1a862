//! What happens, for a seed: everything random is a pure function of the seed and of what a request asks for.
//!
//! The services act by it, and `--once` expects the trace that follows from it.

mod customer;
mod expected;
mod location;

pub(crate) use self::{
    customer::{CUSTOMERS, Customer, RACHEL},
    location::Location,
};

use std::time::Duration;

/// How often a call that fails is made before its caller gives up.
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

    /// Seven to ten drivers, the nearest first, none at the place of another.
    pub(crate) fn drivers_near(self, customer: Location) -> Vec<Driver> {
        let count = 7 + self.random(&["drivers", &customer.to_string()], 4);
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
    pub(crate) fn eta_minutes(self, from: Location, to: Location) -> i64 {
        let minutes =
            2 + from.distance(to) / 20 + self.random(&["eta", &from.to_string(), &to.to_string()], 5);
        i64::try_from(minutes).unwrap_or(i64::MAX)
    }

    /// What a ride costs.
    pub(crate) fn price_cents(self, customer: &str, minutes: u64) -> u64 {
        350 + 120 * minutes + self.random(&["price", customer], 100)
    }

    /// Whether redis does not answer in time.
    pub(crate) fn redis_times_out(self, driver: &str, attempt: u32, error_rate: u64) -> bool {
        self.fails(&["redis", driver], attempt, error_rate)
    }

    /// Whether the route service refuses to answer.
    pub(crate) fn route_refuses(self, from: Location, to: Location, attempt: u32, error_rate: u64) -> bool {
        self.fails(&["route", &from.to_string(), &to.to_string()], attempt, error_rate)
    }

    /// The first attempt fails so many times in a hundred. From 50 on the later ones do too, up to all of them at 100: below, a second
    /// attempt always helps, above, it becomes a story of failed requests.
    fn fails(self, call: &[&str], attempt: u32, error_rate: u64) -> bool {
        let rate = if attempt == 1 { error_rate } else { (2 * error_rate).saturating_sub(100) };
        self.random(&[call, &[&attempt.to_string()]].concat(), 100) < rate
    }

    /// How long something takes: `least` milliseconds to twice that.
    pub(crate) fn delay(self, what: &str, about: &str, least: u64) -> Duration {
        Duration::from_millis(least + self.random(&["delay", what, about], least))
    }

    /// Up to that many milliseconds.
    pub(crate) fn jitter(self, what: &str, about: &str, most: u64) -> Duration {
        Duration::from_millis(self.random(&["jitter", what, about], most + 1))
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

    use super::*;

    fn failures(plan: Plan, attempt: u32, error_rate: u64) -> usize {
        let drivers = CUSTOMERS.map(|customer| {
            let drivers = plan.drivers_near(customer.location);
            drivers.iter().filter(|driver| plan.redis_times_out(&driver.id, attempt, error_rate)).count()
        });
        drivers.into_iter().sum()
    }

    #[test]
    fn the_error_rate_is_one() {
        let all: usize = (0..100).map(|seed| failures(Plan::new(seed), 1, 100)).sum();
        for rate in [0, 20, 50, 100] {
            let failed: usize = (0..100).map(|seed| failures(Plan::new(seed), 1, rate)).sum();
            let expected = all * usize::try_from(rate).unwrap() / 100;
            assert!(failed.abs_diff(expected) < 100, "{rate} %: {failed} of {all}");
        }
    }

    #[test]
    fn up_to_half_a_second_attempt_helps_and_with_all_nothing_does() {
        for seed in 0..100 {
            assert_eq!(failures(Plan::new(seed), 2, 50), 0, "seed {seed}");
            assert_eq!(failures(Plan::new(seed), 3, 100), failures(Plan::new(seed), 1, 100), "seed {seed}");
        }
    }

    #[test]
    fn drivers_differ_and_the_nearest_is_first() {
        for seed in 0..200 {
            let customer = CUSTOMERS[0].location;
            let drivers = Plan::new(seed).drivers_near(customer);
            assert!((7..=10).contains(&drivers.len()), "seed {seed}: {}", drivers.len());
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
