//! The names in the store: services and operations; and its counters.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jaeger_thrift::TagValue;
use serde::Serialize;

use super::answer::{QueryError, answer};
use super::params::Params;
use crate::json::Envelope;
use crate::store::{ReceivedSpan, Stats, Store};

/// An operation and the side on which its spans were made.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    name: String,
    span_kind: String,
}

/// `GET /api/services`.
pub(super) async fn services(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let mut names = BTreeSet::new();
    for trace in store.traces() {
        names.extend(trace.services().into_iter().map(str::to_owned));
    }
    answer(&params, &Envelope::new(&names, names.len()))
}

/// `GET /api/services/{service}/operations`.
pub(super) async fn operation_names(
    State(store): State<Arc<Store>>,
    Path(service): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let names: BTreeSet<_> = find(&store, &service).into_iter().map(|operation| operation.name).collect();
    answer(&params, &Envelope::new(&names, names.len()))
}

/// `GET /api/operations?service=…&spanKind=…`.
pub(super) async fn operations(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let mut operations = find(&store, params.service()?);
    if let Some(kind) = params.first("spanKind") {
        operations.retain(|operation| operation.span_kind == kind);
    }
    answer(&params, &Envelope::new(&operations, operations.len()))
}

/// `GET /api/stats`: what this backend received, keeps and lost. Jaeger has no such path.
pub(super) async fn stats(State(store): State<Arc<Store>>) -> Json<Stats> {
    Json(store.stats())
}

fn find(store: &Store, service: &str) -> BTreeSet<Operation> {
    let mut operations = BTreeSet::new();
    for trace in store.traces() {
        let of_service = trace.spans().iter().filter(|span| span.service() == service);
        operations.extend(of_service.map(|span| Operation::of(span)));
    }
    operations
}

// === impl Operation ===

impl Operation {
    fn of(span: &ReceivedSpan) -> Self {
        let kind = match span.tag("span.kind") {
            Some(TagValue::String(kind)) => kind.as_str(),
            _ => "unspecified",
        };
        Self { name: span.operation().to_owned(), span_kind: kind.to_owned() }
    }
}
