//! The services that the frontend asks.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use tonic::transport::Channel;
use tower::ServiceBuilder;
use tower_jaeger::ClientLayer;

use super::{error::DispatchError, find_route};
use crate::{
    BoxError,
    call_error::CallError,
    customer::Found,
    http_client::{self, TIMEOUT, TracedClient},
    plan::Location,
    proto::{DriverLocation, FindNearestRequest, driver_service_client::DriverServiceClient},
    retries::{self, RetryingClient},
};

/// All of them are on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Clients of the other services. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Peers {
    customer: Arc<str>,
    route: Arc<str>,
    customer_client: TracedClient,
    driver_client: DriverServiceClient<tower_jaeger::Client<Channel>>,
    route_client: RetryingClient,
}

// === impl Peers ===

impl Peers {
    /// Each is a `HOST:PORT`.
    pub(crate) fn new(customer: &str, driver: &str, route: &str) -> Result<Self, BoxError> {
        let channel = Channel::from_shared(format!("http://{driver}"))?;
        let channel = channel.connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).connect_lazy();
        let channel = ServiceBuilder::new().layer(ClientLayer::new()).service(channel);
        Ok(Self {
            customer: customer.into(),
            route: route.into(),
            customer_client: http_client::traced(),
            driver_client: DriverServiceClient::new(channel),
            route_client: retries::client(),
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
        let found = found.map_err(|status| DispatchError::Upstream("driver", CallError::from(status)))?;
        Ok(found.into_inner().drivers)
    }

    pub(super) async fn eta_minutes(&self, driver: &DriverLocation, to: Location) -> Result<i64, CallError> {
        find_route::find_route(self.route_client.clone(), &self.route, driver, to).await
    }
}
