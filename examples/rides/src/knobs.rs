//! The problems of the demo, a knob each.
//!
//! The frontend holds them, and each request takes them along as baggage: so a service that was started a moment ago knows them, and one
//! that is turned while a request is on its way changes the next request and not half of this one.

use std::{fmt, ops::RangeInclusive};

use opentelemetry::{Context, KeyValue, trace::TraceContextExt};
use serde::{Deserialize, Serialize};

use crate::baggage;

/// How each problem is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Knobs {
    /// Whether drivers are read one after the other, or all at once.
    pub(crate) sequential_drivers: bool,
    /// Whether the database has one connection, for which transactions wait.
    pub(crate) db_lock: bool,
    /// How long a transaction takes, in milliseconds.
    pub(crate) db_delay: u64,
    /// How many routes the frontend asks for at a time.
    pub(crate) route_workers: u64,
    /// How many calls of a hundred fail at the first attempt. Over 50, attempts after that fail too.
    pub(crate) error_rate: u64,
}

const SEQUENTIAL_DRIVERS: &str = "sequential-drivers";
const DB_LOCK: &str = "db-lock";
const DB_DELAY: &str = "db-delay";
const ROUTE_WORKERS: &str = "route-workers";
const ERROR_RATE: &str = "error-rate";

// === impl Knobs ===

impl Knobs {
    /// As options are called, without the hyphens before.
    pub(crate) const NAMES: [&str; 5] = [SEQUENTIAL_DRIVERS, DB_LOCK, DB_DELAY, ROUTE_WORKERS, ERROR_RATE];

    /// Turns one; the error is for people.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            SEQUENTIAL_DRIVERS => self.sequential_drivers = switch(name, value)?,
            DB_LOCK => self.db_lock = switch(name, value)?,
            // With one connection and a page of clicks, more than this would only be time-outs.
            DB_DELAY => self.db_delay = number(name, value, 0..=2_000)?,
            ROUTE_WORKERS => self.route_workers = number(name, value, 1..=100)?,
            ERROR_RATE => self.error_rate = number(name, value, 0..=100)?,
            _ => return Err(format!("unknown knob {name:?}, expected one of {}", Self::NAMES.join(", "))),
        }
        Ok(())
    }

    /// Each by its name, as [`set`](Self::set) takes it.
    pub(crate) fn values(self) -> [(&'static str, String); 5] {
        let switch = |is_on| if is_on { "on" } else { "off" }.to_owned();
        [
            (SEQUENTIAL_DRIVERS, switch(self.sequential_drivers)),
            (DB_LOCK, switch(self.db_lock)),
            (DB_DELAY, self.db_delay.to_string()),
            (ROUTE_WORKERS, self.route_workers.to_string()),
            (ERROR_RATE, self.error_rate.to_string()),
        ]
    }

    /// Those of the current request; the defaults for who calls a service by hand.
    pub(crate) fn of_request() -> Self {
        let mut knobs = Self::default();
        if let Some(text) = tower_jaeger::current_baggage().get(baggage::KNOBS) {
            for (name, value) in text.split(' ').filter_map(|pair| pair.split_once('=')) {
                // Of another version of the demo, and so of no use here.
                let _ = knobs.set(name, value);
            }
        }
        knobs
    }

    /// Tags the current span, so that traces can be searched by how the knobs were.
    pub(crate) fn tag_span(self) {
        let context = Context::current();
        for (name, value) in self.values() {
            context.span().set_attribute(KeyValue::new(format!("knob.{name}"), value));
        }
    }
}

/// Every problem is there.
impl Default for Knobs {
    fn default() -> Self {
        Self { sequential_drivers: true, db_lock: true, db_delay: 300, route_workers: 3, error_rate: 20 }
    }
}

/// As it is in the baggage.
impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.values().map(|(name, value)| format!("{name}={value}"));
        f.write_str(&pairs.join(" "))
    }
}

fn switch(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{name}: expected on or off, found {value:?}")),
    }
}

fn number(name: &str, value: &str, range: RangeInclusive<u64>) -> Result<u64, String> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        format!("{name}: expected a number from {} to {}, found {value:?}", range.start(), range.end())
    })
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tower_jaeger::with_baggage;

    use super::*;

    fn received(text: &str) -> Knobs {
        let read = with_baggage([(baggage::KNOBS, text)], async { Knobs::of_request() });
        read.now_or_never().unwrap()
    }

    #[test]
    fn knobs_are_the_same_at_the_other_end_of_the_baggage() {
        let mut knobs = Knobs::default();
        for (name, value) in [(DB_LOCK, "off"), (DB_DELAY, "7"), (ERROR_RATE, "0")] {
            knobs.set(name, value).unwrap();
        }
        let text = knobs.to_string();
        assert_eq!(text, "sequential-drivers=on db-lock=off db-delay=7 route-workers=3 error-rate=0");
        assert_eq!(received(&text), knobs);
    }

    #[test]
    fn baggage_that_is_not_understood_changes_nothing() {
        assert_eq!(received("db-delay=x more=1 route-workers=0 ="), Knobs::default());
    }

    #[test]
    fn mistakes_are_named() {
        let refused = |name, value| Knobs::default().set(name, value).unwrap_err();
        assert_eq!(refused(DB_LOCK, "0"), "db-lock: expected on or off, found \"0\"");
        assert_eq!(
            refused(ROUTE_WORKERS, "0"),
            "route-workers: expected a number from 1 to 100, found \"0\""
        );
        assert!(
            refused("lock", "on").starts_with("unknown knob \"lock\", expected one of sequential-drivers, ")
        );
    }
}
