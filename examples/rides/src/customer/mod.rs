//! `customer`: who asks for a ride, and where. HTTP, on axum.

mod lock;
mod mysql;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tower_jaeger::ServerLayer;

use self::mysql::Mysql;
use crate::{BoxError, baggage, database::Database, plan::Plan, service::Lifeline};

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

pub(crate) async fn serve(
    listener: TcpListener,
    plan: Plan,
    database: Database,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let mysql = Arc::new(Mysql::new(database, plan));
    let app = Router::new().route("/customer", get(customer)).with_state(mysql).layer(ServerLayer::new());
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}

async fn customer(
    State(mysql): State<Arc<Mysql>>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Found>, (StatusCode, String)> {
    baggage::tag_span();
    let id = parameters.customer;
    let Some(customer) = mysql.select_customer(id).await else {
        return Err((StatusCode::NOT_FOUND, format!("there is no customer {id}")));
    };
    Ok(Json(Found { name: customer.name.to_owned(), location: customer.location.to_string() }))
}
