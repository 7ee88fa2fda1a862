//! The names in the store: services and operations; and its counters.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;

use super::answer::{QueryError, answer};
use super::params::Params;
use crate::json::Envelope;
use crate::store::{Stats, Store};

/// An operation and the side on which its spans were made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    name: String,
    span_kind: &'static str,
}

/// `GET /api/services`.
pub(super) async fn services(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let names = store.services();
    answer(&params, &Envelope::new(&names, names.len()))
}

/// `GET /api/services/{service}/operations`.
pub(super) async fn operation_names(
    State(store): State<Arc<Store>>,
    Path(service): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let mut names: Vec<_> = store.operations(&service).into_iter().map(|(name, _)| name).collect();
    names.dedup();
    answer(&params, &Envelope::new(&names, names.len()))
}

/// `GET /api/operations?service=…&spanKind=…`.
pub(super) async fn operations(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let mut operations = store.operations(params.service()?);
    if let Some(wanted) = params.first("spanKind") {
        operations.retain(|(_, kind)| *kind == wanted);
    }
    let operations = operations.into_iter().map(|(name, span_kind)| Operation { name, span_kind });
    let operations: Vec<_> = operations.collect();
    answer(&params, &Envelope::new(&operations, operations.len()))
}

/// `GET /api/stats`: what this backend received, keeps and lost. Jaeger has no such path.
pub(super) async fn stats(State(store): State<Arc<Store>>) -> Json<Stats> {
    Json(store.stats())
}
