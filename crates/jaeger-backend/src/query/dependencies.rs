//! Which service calls which.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

use super::answer::{QueryError, answer, make};
use super::params::Params;
use crate::adjust;
use crate::json::Envelope;
use crate::store::{Store, Trace};

/// An edge of the graph of services.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    parent: String,
    child: String,
    call_count: u64,
}

/// What `lookback` is where only `endTs` is said: a day.
const DEFAULT_LOOKBACK_MS: i64 = 24 * 60 * 60 * 1000;

/// `GET /api/dependencies`: counts the spans whose parent belongs to another service, in traces that have a span between `endTs` less
/// `lookback` and `endTs`, in milliseconds. Without either of them everything counts.
pub(super) async fn dependencies(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let (end, lookback) = (params.integer("endTs")?, params.integer("lookback")?);
    let window = (end.is_some() || lookback.is_some()).then(|| {
        let end = end.unwrap_or_else(now_ms);
        (end.saturating_sub(lookback.unwrap_or(DEFAULT_LOOKBACK_MS)), end)
    });
    make(move || answer(&params, &Envelope::new(edges(&store, window), 0))).await
}

fn edges(store: &Store, window: Option<(i64, i64)>) -> Vec<Dependency> {
    let mut calls: BTreeMap<(String, String), u64> = BTreeMap::new();
    for trace in store.traces() {
        if window.is_none_or(|window| is_within(&trace, window)) {
            count(&trace, &mut calls);
        }
    }
    let edges = calls.into_iter();
    edges.map(|((parent, child), call_count)| Dependency { parent, child, call_count }).collect()
}

fn is_within(trace: &Trace, (start, end): (i64, i64)) -> bool {
    let between = |at: i64| at > start.saturating_mul(1000) && at < end.saturating_mul(1000);
    trace.spans().iter().any(|span| between(span.span.start_time))
}

fn count(trace: &Trace, calls: &mut BTreeMap<(String, String), u64>) {
    let spans = adjust::with_own_ids(trace);
    let mut services = HashMap::new();
    for span in &spans {
        services.entry(span.span_id).or_insert_with(|| span.received.service());
    }
    for span in &spans {
        let parent = span.parent_id().and_then(|parent| services.get(&parent));
        if let Some(parent) = parent.filter(|parent| **parent != span.received.service()) {
            let edge = ((*parent).to_owned(), span.received.service().to_owned());
            *calls.entry(edge).or_default() += 1;
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
