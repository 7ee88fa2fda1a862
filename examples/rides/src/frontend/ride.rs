//! A ride: the customer, the drivers near, and the one who is there first.

use futures_util::future::join_all;
use opentelemetry::KeyValue;
use serde::{Deserialize, Serialize};
use tower_jaeger::with_baggage;

use super::{Frontend, error::DispatchError};
use crate::{
    baggage, call_error::CallError, customer::Found, knobs::Knobs, notify::Booking, plan::Location,
    proto::DriverLocation, tracing,
};

/// What a customer is told.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Ride {
    pub(crate) driver: String,
    pub(crate) eta_minutes: i64,
    pub(crate) price_cents: u64,
    /// Where the driver is, as `x,y`.
    pub(crate) from: String,
    /// Where the customer waits.
    pub(crate) to: String,
}

pub(super) async fn find_ride(
    frontend: &Frontend,
    knobs: Knobs,
    customer: Option<String>,
) -> Result<Ride, DispatchError> {
    let id = customer.as_deref().and_then(|text| text.parse().ok());
    let customer = frontend.peers.customer(id.ok_or(DispatchError::BadCustomer(customer))?).await?;
    tracing::log("Found customer", [KeyValue::new("name", customer.name.clone())]);

    // From here on every call carries the customer's name, and whatever is called by that one too.
    let name = [(baggage::CUSTOMER, customer.name.clone())];
    let ride = with_baggage(name, book(frontend, knobs, customer)).await?;
    let driver = KeyValue::new("driver", ride.driver.clone());
    tracing::log("Dispatch successful", [driver, KeyValue::new("eta_minutes", ride.eta_minutes)]);
    Ok(ride)
}

/// Finds the ride, and has the customer told of it.
async fn book(frontend: &Frontend, knobs: Knobs, customer: Found) -> Result<Ride, DispatchError> {
    let (driver, eta_minutes) = find_driver(frontend, knobs, &customer).await?;
    let price_cents = frontend.peers.price_cents(eta_minutes).await?;
    let Found { name, location: to } = customer;
    let DriverLocation { driver_id: driver, location: from } = driver;
    let ride = Ride { driver: driver.clone(), eta_minutes, price_cents, from, to };
    frontend.peers.tell(Booking { customer: name, driver, eta_minutes }).await;
    Ok(ride)
}

async fn find_driver(
    frontend: &Frontend,
    knobs: Knobs,
    customer: &Found,
) -> Result<(DriverLocation, i64), DispatchError> {
    let place = customer.location.parse::<Location>();
    let place = place.map_err(|error| DispatchError::Upstream("customer", CallError::unreadable(error)))?;
    let drivers = frontend.peers.drivers_near(place).await?;
    let count = i64::try_from(drivers.len()).unwrap_or(i64::MAX);
    tracing::log("Found drivers", [KeyValue::new("drivers", count)]);

    let minutes = find_routes(frontend, knobs, &drivers, place).await?;
    tracing::log("Found routes", []);
    let first = drivers.into_iter().zip(minutes).min_by_key(|(_, minutes)| *minutes);
    let nobody = || DispatchError::Upstream("driver", CallError::unreadable("no driver is near"));
    first.ok_or_else(nobody)
}

/// Of each driver, by as many workers as there are.
async fn find_routes(
    frontend: &Frontend,
    knobs: Knobs,
    drivers: &[DriverLocation],
    to: Location,
) -> Result<Vec<i64>, DispatchError> {
    let pool = frontend.workers.pool(knobs.route_workers);
    if pool.available_permits() == 0 {
        let workers = i64::try_from(knobs.route_workers).unwrap_or(i64::MAX);
        tracing::log("Waiting for the route workers", [KeyValue::new("workers", workers)]);
    }
    let route = async |driver| {
        let _worker = pool.acquire().await;
        frontend.peers.eta_minutes(driver, to).await
    };
    // All of them, also when one has failed: what was begun is in the trace, whole.
    let minutes = join_all(drivers.iter().map(route)).await;
    minutes.into_iter().collect::<Result<_, _>>().map_err(|error| DispatchError::Upstream("route", error))
}
