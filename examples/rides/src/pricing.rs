//! `pricing`: what a ride costs. HTTP, on axum; of all services the one that speaks W3C's trace headers only, as one of another team may.

use axum::{
    Json, Router,
    extract::{Query, State},
    routing::get,
};
use jaeger_propagation::Propagator;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, time::sleep};
use tower_jaeger::{ServerLayer, current_baggage};

use crate::{BoxError, baggage, plan::Plan, service::Lifeline};

/// The answer to `GET /price?minutes=3`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Price {
    pub(crate) cents: u64,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    minutes: u64,
}

pub(crate) async fn serve(listener: TcpListener, plan: Plan, lifeline: Lifeline) -> Result<(), BoxError> {
    let layer = ServerLayer::new().with_propagator(Propagator::w3c());
    let app = Router::new().route("/price", get(price)).with_state(plan).layer(layer);
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}

async fn price(State(plan): State<Plan>, Query(parameters): Query<Parameters>) -> Json<Price> {
    baggage::tag_span();
    let customer = current_baggage().get(baggage::CUSTOMER).unwrap_or_default().to_owned();
    sleep(plan.delay("price", &customer, 5)).await;
    Json(Price { cents: plan.price_cents(&customer, parameters.minutes) })
}
