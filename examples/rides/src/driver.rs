//! `driver`: who is near. gRPC, on tonic.

use opentelemetry::{KeyValue, trace::TraceContextExt};
use tokio::{net::TcpListener, time::sleep};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tower_jaeger::ServerLayer;

use crate::{
    BoxError, baggage,
    http_client::{self, TracedClient},
    plan::{Driver, Location, Plan},
    proto::{
        DriverLocation, FindNearestRequest, FindNearestResponse,
        driver_service_server::{DriverService, DriverServiceServer},
    },
    route::{self, Route},
    service::Lifeline,
    tracing,
};

struct Drivers {
    plan: Plan,
    /// `HOST:PORT` of the route service.
    route: String,
    client: TracedClient,
}

pub(crate) async fn serve(
    listener: TcpListener,
    plan: Plan,
    route: String,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let drivers = DriverServiceServer::new(Drivers { plan, route, client: http_client::traced() });
    let server = Server::builder().layer(ServerLayer::new()).add_service(drivers);
    Ok(server.serve_with_incoming_shutdown(TcpIncoming::from(listener), lifeline.cut()).await?)
}

// === impl Drivers ===

#[tonic::async_trait]
impl DriverService for Drivers {
    async fn find_nearest(
        &self,
        request: Request<FindNearestRequest>,
    ) -> Result<Response<FindNearestResponse>, Status> {
        baggage::tag_span();
        let location = request.into_inner().location;
        let customer = location.parse::<Location>();
        let customer = customer.map_err(|error| Status::invalid_argument(error.to_string()))?;

        let found = self.find(customer).await;
        let mut drivers = Vec::with_capacity(found.len());
        for driver in &found {
            drivers.push(self.get(driver).await);
        }
        if let Some(nearest) = found.first() {
            self.check_road(nearest, customer).await?;
        }
        Ok(Response::new(FindNearestResponse { drivers }))
    }
}

impl Drivers {
    async fn find(&self, customer: Location) -> Vec<Driver> {
        let place = customer.to_string();
        let tag = KeyValue::new("param.location", place.clone());
        let context = tracing::database_span("FindDriverIDs", "redis", tag);
        sleep(self.plan.delay("FindDriverIDs", &place, 5)).await;
        let drivers = self.plan.drivers_near(customer);
        let count = i64::try_from(drivers.len()).unwrap_or(i64::MAX);
        context.span().add_event("Found drivers", vec![KeyValue::new("drivers", count)]);
        context.span().end();
        drivers
    }

    async fn get(&self, driver: &Driver) -> DriverLocation {
        let tag = KeyValue::new("param.driverID", driver.id.clone());
        let context = tracing::database_span("GetDriver", "redis", tag);
        sleep(self.plan.delay("GetDriver", &driver.id, 2)).await;
        context.span().end();
        DriverLocation { driver_id: driver.id.clone(), location: driver.location.to_string() }
    }

    /// The third hop: frontend, driver, route. An answer without a road to the nearest driver would be of no use.
    async fn check_road(&self, nearest: &Driver, customer: Location) -> Result<(), Status> {
        let url = route::url(&self.route, nearest.location, customer);
        let route = http_client::get_json(self.client.clone(), &url).await;
        let Route { eta_minutes } =
            route.map_err(|error| Status::unavailable(format!("route failed: {error}")))?;
        let fields = [KeyValue::new("driver", nearest.id.clone()), KeyValue::new("eta_minutes", eta_minutes)];
        tracing::log("Nearest driver", fields);
        Ok(())
    }
}
