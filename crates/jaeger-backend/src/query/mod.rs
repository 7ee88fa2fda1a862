//! Jaeger's query API: `/api/services`, `/api/operations`, `/api/traces`, `/api/dependencies`.

mod answer;
mod dependencies;
mod names;
mod params;
mod search;
mod traces;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::store::Store;

/// The routes of the API.
pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/api/services", get(names::services))
        .route("/api/services/{service}/operations", get(names::operation_names))
        .route("/api/operations", get(names::operations))
        .route("/api/traces", get(traces::search))
        .route("/api/traces/{id}", get(traces::by_id))
        .route("/api/dependencies", get(dependencies::dependencies))
        .route("/api/stats", get(names::stats))
        .with_state(store)
}
