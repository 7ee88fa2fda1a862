//! The route of one driver.

use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{TraceContextExt, Tracer},
};

use crate::{
    call_error::CallError,
    http_client,
    plan::Location,
    proto::DriverLocation,
    retries::RetryingClient,
    route::{self, Route},
    tracing,
};

/// How long the driver needs, in minutes.
pub(super) async fn find_route(
    client: RetryingClient,
    service: &str,
    driver: &DriverLocation,
    to: Location,
) -> Result<i64, CallError> {
    let context = Context::current_with_span(global::tracer(tracing::SCOPE).start("FindRoute"));
    context.span().set_attribute(KeyValue::new("driver", driver.driver_id.clone()));

    let url = route::url(service, &driver.location, to);
    let route = http_client::get_json(client, &url).with_context(context.clone()).await;
    if let Err(error) = &route {
        tracing::fail(&context, "error", KeyValue::new("message", error.to_string()));
    }
    context.span().end();
    route.map(|Route { eta_minutes }| eta_minutes)
}
