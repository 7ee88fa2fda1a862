//! Whether the backend is up: port 14269.

use std::time::Instant;

use axum::{Json, Router, extract::State};
use serde::Serialize;

/// As Jaeger's, without the date.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    uptime: String,
}

/// Every path answers with 200, as Jaeger's does.
pub(crate) fn router() -> Router {
    Router::new().fallback(health).with_state(Instant::now())
}

async fn health(State(start): State<Instant>) -> Json<Health> {
    Json(Health { status: "Server available", uptime: format!("{:?}", start.elapsed()) })
}
