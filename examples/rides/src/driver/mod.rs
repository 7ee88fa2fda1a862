//! `driver`: who is near. gRPC, on tonic.

mod redis;
mod track;

use std::pin::Pin;

use futures_util::stream::Stream;
use opentelemetry::{Context, KeyValue, trace::TraceContextExt};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tower_jaeger::ServerLayer;

use self::redis::Redis;
use crate::{
    BoxError, baggage,
    database::Database,
    http_client,
    knobs::Knobs,
    plan::{Driver, Location, Plan},
    proto::{
        DriverLocation, FindNearestRequest, FindNearestResponse, Position, TrackRequest,
        driver_service_server::{DriverService, DriverServiceServer},
    },
    retries::{self, RetryingClient},
    route::{self, Route},
    service::Lifeline,
    tracing,
};

struct Drivers {
    redis: Redis,
    /// `HOST:PORT` of the route service.
    route: String,
    client: RetryingClient,
}

pub(crate) async fn serve(
    listener: TcpListener,
    plan: Plan,
    database: Database,
    route: String,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let redis = Redis::new(database, plan);
    let drivers = DriverServiceServer::new(Drivers { redis, route, client: retries::client() });
    let server = Server::builder().layer(ServerLayer::new()).add_service(drivers);
    Ok(server.serve_with_incoming_shutdown(TcpIncoming::from(listener), lifeline.cut()).await?)
}

// === impl Drivers ===

#[tonic::async_trait]
impl DriverService for Drivers {
    type TrackStream = Pin<Box<dyn Stream<Item = Result<Position, Status>> + Send>>;

    async fn find_nearest(
        &self,
        request: Request<FindNearestRequest>,
    ) -> Result<Response<FindNearestResponse>, Status> {
        baggage::tag_span();
        let customer = location(&request.into_inner().location)?;

        let drivers = self.redis.find_driver_ids(customer).await;
        let read = self.redis.get_drivers(&drivers, Knobs::of_request()).await;
        read.map_err(|error| Status::unavailable(error.to_string()))?;
        if let Some(nearest) = drivers.first() {
            self.check_road(nearest, customer).await?;
        }
        Ok(Response::new(FindNearestResponse { drivers: drivers.into_iter().map(into_message).collect() }))
    }

    async fn track(&self, request: Request<TrackRequest>) -> Result<Response<Self::TrackStream>, Status> {
        baggage::tag_span();
        let TrackRequest { driver_id, from, to } = request.into_inner();
        Context::current().span().set_attribute(KeyValue::new("driver", driver_id));
        Ok(Response::new(Box::pin(track::track(location(&from)?, location(&to)?))))
    }
}

impl Drivers {
    /// The third hop: frontend, driver, route. An answer without a road to the nearest driver would be of no use.
    async fn check_road(&self, nearest: &Driver, customer: Location) -> Result<(), Status> {
        let url = route::url(&self.route, nearest.location, customer);
        let route = http_client::get_json(self.client.clone(), &url).await;
        let Route { eta_minutes } = route.map_err(|error| Status::unavailable(format!("route {error}")))?;
        let fields = [KeyValue::new("driver", nearest.id.clone()), KeyValue::new("eta_minutes", eta_minutes)];
        tracing::log("Nearest driver", fields);
        Ok(())
    }
}

fn location(text: &str) -> Result<Location, Status> {
    text.parse::<Location>().map_err(|error| Status::invalid_argument(error.to_string()))
}

fn into_message(driver: Driver) -> DriverLocation {
    DriverLocation { driver_id: driver.id, location: driver.location.to_string() }
}
