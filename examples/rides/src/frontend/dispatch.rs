//! `GET /dispatch?customer=…`: customer, then drivers, then the routes of all drivers at once.

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::future::try_join_all;
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt, trace::TraceContextExt};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Peers, error::DispatchError};
use crate::{baggage, customer::Found, plan::Location, tracing};

/// The answer.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Dispatched {
    pub(crate) driver: String,
    pub(crate) eta_minutes: i64,
    pub(crate) trace_id: String,
    /// The page of the trace.
    pub(crate) trace_url: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    customer: Option<String>,
}

pub(super) async fn dispatch(State(peers): State<Peers>, Query(parameters): Query<Parameters>) -> Response {
    let context = Context::current();
    let trace_id = context.span().span_context().trace_id().to_string();
    let trace_url = peers.trace_url(&trace_id);
    let ride = find_ride(&peers, parameters.customer).with_context(with_session(&context, &trace_id)).await;
    match ride {
        Ok((driver, eta_minutes)) => {
            let answer = Json(Dispatched { driver, eta_minutes, trace_id, trace_url });
            (StatusCode::OK, answer).into_response()
        }
        Err(error) => {
            let text = error.to_string();
            tracing::log("error", [KeyValue::new("message", text.clone())]);
            let answer = Json(json!({ "error": text, "trace_id": trace_id, "trace_url": trace_url }));
            (error.status(), answer).into_response()
        }
    }
}

/// A page sends its session along; somebody without one gets one for this request.
fn with_session(context: &Context, trace_id: &str) -> Context {
    match context.baggage().get(baggage::SESSION) {
        Some(_) => context.clone(),
        None => baggage::with(context, baggage::SESSION, trace_id.get(..8).unwrap_or(trace_id)),
    }
}

async fn find_ride(peers: &Peers, customer: Option<String>) -> Result<(String, i64), DispatchError> {
    let id = customer.as_deref().and_then(|text| text.parse().ok());
    let customer = peers.customer(id.ok_or(DispatchError::BadCustomer(customer))?).await?;
    tracing::log("Found customer", [KeyValue::new("name", customer.name.clone())]);

    // From here on every call carries the customer's name, and whatever is called by that one too.
    let context = baggage::with(&Context::current(), baggage::CUSTOMER, &customer.name);
    let (driver, eta_minutes) = find_driver(peers, &customer).with_context(context).await?;
    let fields = [KeyValue::new("driver", driver.clone()), KeyValue::new("eta_minutes", eta_minutes)];
    tracing::log("Dispatch successful", fields);
    Ok((driver, eta_minutes))
}

async fn find_driver(peers: &Peers, customer: &Found) -> Result<(String, i64), DispatchError> {
    let place = customer.location.parse::<Location>();
    let place = place.map_err(|error| DispatchError::Upstream("customer", error.to_string()))?;
    let drivers = peers.drivers_near(place).await?;
    let count = i64::try_from(drivers.len()).unwrap_or(i64::MAX);
    tracing::log("Found drivers", [KeyValue::new("drivers", count)]);

    let minutes = try_join_all(drivers.iter().map(|driver| peers.eta_minutes(driver, place))).await?;
    tracing::log("Found routes", []);
    let first = drivers.into_iter().zip(minutes).min_by_key(|(_, minutes)| *minutes);
    let (driver, minutes) =
        first.ok_or_else(|| DispatchError::Upstream("driver", "no driver is near".to_owned()))?;
    Ok((driver.driver_id, minutes))
}
