//! `redis`: where the drivers are. Some of its answers come too late.

use std::time::Duration;

use futures_util::future::join_all;
use opentelemetry::{KeyValue, trace::TraceContextExt};
use tokio::time::sleep;

use crate::{
    database::Database,
    knobs::Knobs,
    plan::{ATTEMPTS, Driver, Location, Plan},
    tracing,
};

/// How long the driver service waits for an answer.
const TIMEOUT: Duration = Duration::from_millis(80);

/// The database.
#[derive(Debug)]
pub(super) struct Redis {
    database: Database,
    plan: Plan,
}

/// Of a driver, at each attempt.
#[derive(Debug)]
pub(super) struct TimedOut {
    driver: String,
}

// === impl Redis ===

impl Redis {
    pub(super) fn new(database: Database, plan: Plan) -> Self {
        Self { database, plan }
    }

    pub(super) async fn find_driver_ids(&self, place: Location) -> Vec<Driver> {
        let text = place.to_string();
        let context = self.database.span("FindDriverIDs", KeyValue::new("param.location", text.clone()));
        sleep(self.plan.delay("FindDriverIDs", &text, 20)).await;
        let drivers = self.plan.drivers_near(place);
        let count = i64::try_from(drivers.len()).unwrap_or(i64::MAX);
        context.span().add_event("Found drivers", vec![KeyValue::new("drivers", count)]);
        context.span().end();
        drivers
    }

    /// Reads where these drivers are: one after the other, the slow part of the demo, or all at once.
    pub(super) async fn get_drivers(&self, drivers: &[Driver], knobs: Knobs) -> Result<(), TimedOut> {
        if knobs.sequential_drivers {
            for driver in drivers {
                self.get_driver(driver, knobs).await?;
            }
            return Ok(());
        }
        let all = join_all(drivers.iter().map(|driver| self.get_driver(driver, knobs))).await;
        all.into_iter().collect()
    }

    async fn get_driver(&self, driver: &Driver, knobs: Knobs) -> Result<(), TimedOut> {
        for attempt in 1..=ATTEMPTS {
            if self.try_get_driver(driver, attempt, knobs).await {
                return Ok(());
            }
            let id = KeyValue::new("driver", driver.id.clone());
            let fields = [id, KeyValue::new("attempt", i64::from(attempt))];
            if attempt < ATTEMPTS {
                tracing::log("Retrying GetDriver after error", fields);
            }
        }
        Err(TimedOut { driver: driver.id.clone() })
    }

    async fn try_get_driver(&self, driver: &Driver, attempt: u32, knobs: Knobs) -> bool {
        let context = self.database.span("GetDriver", KeyValue::new("param.driverID", driver.id.clone()));
        let has_timed_out = self.plan.redis_times_out(&driver.id, attempt, knobs.error_rate);
        if has_timed_out {
            sleep(TIMEOUT).await;
            tracing::fail(&context, "redis timeout", KeyValue::new("driver", driver.id.clone()));
        } else {
            sleep(self.plan.delay("GetDriver", &driver.id, 30)).await;
        }
        context.span().end();
        !has_timed_out
    }
}

// === impl TimedOut ===

impl std::fmt::Display for TimedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "redis did not answer GetDriver {} in time, {ATTEMPTS} times", self.driver)
    }
}

impl std::error::Error for TimedOut {}
