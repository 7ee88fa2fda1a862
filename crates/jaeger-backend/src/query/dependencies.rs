//! Which service calls which.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use super::answer::{QueryError, answer};
use super::params::Params;
use crate::json::Envelope;
use crate::store::{Store, TraceTree};

/// An edge of the graph of services.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    parent: String,
    child: String,
    call_count: u64,
}

/// `GET /api/dependencies`: counts the spans whose parent belongs to another service.
///
/// `endTs` and `lookback`, in milliseconds, bound the start times; without them everything counts.
pub(super) async fn dependencies(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let end = params.integer("endTs")?;
    let lookback = params.integer("lookback")?;
    let start = end.zip(lookback).map(|(end, lookback)| end.saturating_sub(lookback));
    let mut calls: BTreeMap<(String, String), u64> = BTreeMap::new();
    for trace in store.traces() {
        for node in TraceTree::of(trace.spans()).nodes() {
            let Some((_, parent)) = node.parent else { continue };
            let at = node.span.span.start_time / 1000;
            let in_time = start.is_none_or(|start| at >= start) && end.is_none_or(|end| at <= end);
            if in_time && parent.service() != node.span.service() {
                let edge = (parent.service().to_owned(), node.span.service().to_owned());
                *calls.entry(edge).or_default() += 1;
            }
        }
    }
    let edges = calls.into_iter();
    let data: Vec<_> =
        edges.map(|((parent, child), call_count)| Dependency { parent, child, call_count }).collect();
    answer(&params, &Envelope::new(data, 0))
}
