//! `customer`: who asks for a ride, and where. HTTP, on axum.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use opentelemetry::{KeyValue, trace::TraceContextExt};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, time::sleep};
use tower_jaeger::ServerLayer;

use crate::{
    BoxError, baggage,
    plan::{Customer, Plan},
    service::Lifeline,
    tracing,
};

/// The answer to `GET /customer?customer=123`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Found {
    pub(crate) name: String,
    /// `x,y`
    pub(crate) location: String,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    customer: u32,
}

pub(crate) async fn serve(listener: TcpListener, plan: Plan, lifeline: Lifeline) -> Result<(), BoxError> {
    let app = Router::new().route("/customer", get(customer)).with_state(plan).layer(ServerLayer::new());
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}

async fn customer(
    State(plan): State<Plan>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Found>, (StatusCode, String)> {
    baggage::tag_span();
    let id = parameters.customer;
    let Some(customer) = select(plan, id).await else {
        return Err((StatusCode::NOT_FOUND, format!("there is no customer {id}")));
    };
    Ok(Json(Found { name: customer.name.to_owned(), location: customer.location.to_string() }))
}

/// What a database would do, in a span of its own.
async fn select(plan: Plan, id: u32) -> Option<Customer> {
    let query = format!("SELECT * FROM customer WHERE customer_id={id}");
    let context = tracing::database_span("SQL SELECT", "mysql", KeyValue::new("sql.query", query));
    sleep(plan.delay("mysql", &id.to_string(), 15)).await;
    let customer = Customer::find(id);
    context.span().add_event("Query done", vec![KeyValue::new("rows", i64::from(customer.is_some()))]);
    context.span().end();
    customer
}
