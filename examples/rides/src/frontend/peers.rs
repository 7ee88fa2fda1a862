//! The services that the frontend asks.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use tonic::{Streaming, transport::Channel};
use tower::ServiceBuilder;
use tower_jaeger::ClientLayer;

use super::{bookings::Bookings, error::DispatchError, find_route};
use crate::{
    BoxError,
    args::PeerAddresses,
    call_error::CallError,
    customer::Found,
    http_client::{self, TIMEOUT, TracedClient},
    notify::Booking,
    plan::Location,
    pricing::Price,
    proto::{
        DriverLocation, FindNearestRequest, Position, TrackRequest,
        driver_service_client::DriverServiceClient,
    },
    retries::{self, RetryingClient},
};

/// All of them are on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Clients of the other services. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Peers {
    customer: Arc<str>,
    route: Arc<str>,
    pricing: Arc<str>,
    customer_client: TracedClient,
    driver_client: DriverServiceClient<tower_jaeger::Client<Channel>>,
    route_client: RetryingClient,
    pricing_client: TracedClient,
    bookings: Bookings,
}

// === impl Peers ===

impl Peers {
    pub(crate) fn new(addresses: &PeerAddresses) -> Result<Self, BoxError> {
        let PeerAddresses { customer, driver, route, pricing, notify } = addresses;
        let channel = Channel::from_shared(format!("http://{driver}"))?;
        let channel = channel.connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).connect_lazy();
        let channel = ServiceBuilder::new().layer(ClientLayer::new()).service(channel);
        Ok(Self {
            customer: customer.as_str().into(),
            route: route.as_str().into(),
            pricing: pricing.as_str().into(),
            customer_client: http_client::traced(),
            driver_client: DriverServiceClient::new(channel),
            route_client: retries::client(),
            pricing_client: http_client::traced_for_w3c(),
            bookings: Bookings::new(notify),
        })
    }

    pub(super) async fn customer(&self, id: u32) -> Result<Found, DispatchError> {
        let url = format!("http://{}/customer?customer={id}", self.customer);
        let found = http_client::get_json(self.customer_client.clone(), &url).await;
        found.map_err(|error| match error.status() {
            Some(StatusCode::NOT_FOUND) => DispatchError::UnknownCustomer(id),
            _ => DispatchError::Upstream("customer", error),
        })
    }

    pub(super) async fn drivers_near(&self, place: Location) -> Result<Vec<DriverLocation>, DispatchError> {
        let request = FindNearestRequest { location: place.to_string() };
        let found = self.driver_client.clone().find_nearest(request).await;
        let found = found.map_err(|status| DispatchError::Upstream("driver", status.into()))?;
        Ok(found.into_inner().drivers)
    }

    pub(super) async fn eta_minutes(&self, driver: &DriverLocation, to: Location) -> Result<i64, CallError> {
        find_route::find_route(self.route_client.clone(), &self.route, driver, to).await
    }

    pub(super) async fn price_cents(&self, minutes: i64) -> Result<u64, DispatchError> {
        let url = format!("http://{}/price?minutes={minutes}", self.pricing);
        let price = http_client::get_json(self.pricing_client.clone(), &url).await;
        let Price { cents } = price.map_err(|error| DispatchError::Upstream("pricing", error))?;
        Ok(cents)
    }

    pub(super) async fn tell(&self, booking: Booking) {
        self.bookings.send(booking).await;
    }

    pub(super) async fn track(&self, request: TrackRequest) -> Result<Streaming<Position>, DispatchError> {
        let positions = self.driver_client.clone().track(request).await;
        let positions = positions.map_err(|status| DispatchError::Upstream("driver", status.into()))?;
        Ok(positions.into_inner())
    }
}
