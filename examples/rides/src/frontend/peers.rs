//! The services that the frontend asks.

use std::sync::Arc;

use axum::http::StatusCode;
use tonic::transport::Channel;
use tower::ServiceBuilder;
use tower_jaeger::ClientLayer;

use super::{
    error::DispatchError,
    find_route::{self, RouteClient},
};
use crate::{
    BoxError,
    customer::Found,
    http_client::{self, TracedClient},
    plan::Location,
    proto::{DriverLocation, FindNearestRequest, driver_service_client::DriverServiceClient},
};

/// Clients of the other services, and where traces are shown. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Peers {
    customer: Arc<str>,
    route: Arc<str>,
    query: Arc<str>,
    customer_client: TracedClient,
    driver_client: DriverServiceClient<tower_jaeger::Client<Channel>>,
    route_client: RouteClient,
}

// === impl Peers ===

impl Peers {
    /// Each is a `HOST:PORT`, but `query` is a URL.
    pub(crate) fn new(customer: &str, driver: &str, route: &str, query: &str) -> Result<Self, BoxError> {
        let channel = Channel::from_shared(format!("http://{driver}"))?.connect_lazy();
        let channel = ServiceBuilder::new().layer(ClientLayer::new()).service(channel);
        Ok(Self {
            customer: customer.into(),
            route: route.into(),
            query: query.into(),
            customer_client: http_client::traced(),
            driver_client: DriverServiceClient::new(channel),
            route_client: find_route::client(),
        })
    }

    pub(super) fn trace_url(&self, trace_id: &str) -> String {
        format!("{}/trace/{trace_id}", self.query)
    }

    pub(super) async fn customer(&self, id: u32) -> Result<Found, DispatchError> {
        let url = format!("http://{}/customer?customer={id}", self.customer);
        let found = http_client::get_json(self.customer_client.clone(), &url).await;
        found.map_err(|error| match error.status() {
            Some(StatusCode::NOT_FOUND) => DispatchError::UnknownCustomer(id),
            _ => DispatchError::Upstream("customer", error.to_string()),
        })
    }

    pub(super) async fn drivers_near(&self, place: Location) -> Result<Vec<DriverLocation>, DispatchError> {
        let request = FindNearestRequest { location: place.to_string() };
        let found = self.driver_client.clone().find_nearest(request).await;
        let found = found.map_err(|status| DispatchError::Upstream("driver", status.message().to_owned()))?;
        Ok(found.into_inner().drivers)
    }

    pub(super) async fn eta_minutes(
        &self,
        driver: &DriverLocation,
        to: Location,
    ) -> Result<i64, DispatchError> {
        find_route::find_route(self.route_client.clone(), &self.route, driver, to).await
    }
}
