//! The route of one driver, asked for again where that may help.

use axum::http::{HeaderValue, Request, Response};
use bytes::Bytes;
use http_body_util::Empty;
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{TraceContextExt, Tracer},
};
use tower::{
    ServiceBuilder,
    retry::{Policy, Retry},
};
use tower_jaeger::ClientLayer;

use super::error::DispatchError;
use crate::{
    http_client::{self, TracedClient},
    plan::{ATTEMPTS, Location},
    proto::DriverLocation,
    route::{self, Route},
    tracing,
};

/// The client layer is below the retry layer, so that each attempt is a span of its own.
pub(super) type RouteClient = Retry<Retries, TracedClient>;

/// Tries again when the service says that it cannot answer now.
#[derive(Clone, Debug)]
pub(super) struct Retries {
    attempt: u32,
}

pub(super) fn client() -> RouteClient {
    ServiceBuilder::new()
        .retry(Retries { attempt: 1 })
        .layer(ClientLayer::new())
        .service(http_client::plain())
}

/// How long the driver needs, in minutes.
pub(super) async fn find_route(
    client: RouteClient,
    service: &str,
    driver: &DriverLocation,
    to: Location,
) -> Result<i64, DispatchError> {
    let context = Context::current_with_span(global::tracer("rides").start("FindRoute"));
    context.span().set_attribute(KeyValue::new("driver", driver.driver_id.clone()));

    let url = route::url(service, &driver.location, to);
    let route = http_client::get_json(client, &url).with_context(context.clone()).await;
    if let Err(error) = &route {
        context.span().set_attribute(KeyValue::new("error", true));
        context.span().add_event("error", vec![KeyValue::new("message", error.to_string())]);
    }
    context.span().end();
    match route {
        Ok(Route { eta_minutes }) => Ok(eta_minutes),
        Err(error) => Err(DispatchError::Upstream("route", error.to_string())),
    }
}

// === impl Retries ===

impl<B, E> Policy<Request<Empty<Bytes>>, Response<B>, E> for Retries {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        request: &mut Request<Empty<Bytes>>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Self::Future> {
        let status = result.as_ref().ok()?.status();
        if !status.is_server_error() || self.attempt >= ATTEMPTS {
            return None;
        }
        let status = KeyValue::new("http.status_code", i64::from(status.as_u16()));
        tracing::log("Retrying", [KeyValue::new("attempt", i64::from(self.attempt)), status]);
        self.attempt += 1;
        request.headers_mut().insert(route::ATTEMPT, HeaderValue::from(self.attempt));
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Empty<Bytes>>) -> Option<Request<Empty<Bytes>>> {
        Some(request.clone())
    }
}
