//! Traces by criteria and by id.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::answer::{QueryError, answer, make};
use super::params::Params;
use super::search::Search;
use crate::adjust;
use crate::json::{Envelope, Problem, TraceJson};
use crate::store::{ParseTraceIdError, Store, Trace, TraceId};

/// `GET /api/traces`: by `traceID` parameters if there are any, else by the other criteria.
pub(super) async fn search(
    State(store): State<Arc<Store>>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    if params.first("traceID").is_some() {
        return make(move || listed(&store, &params)).await;
    }
    let search = Search::parse(&params)?;
    make(move || answer_traces(&params, &search.run(&store), Vec::new())).await
}

/// `GET /api/traces/{id}`.
pub(super) async fn by_id(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, QueryError> {
    let id: TraceId =
        id.parse().map_err(|error: ParseTraceIdError| QueryError::bad_request(error.to_string()))?;
    let trace = store.trace(id).ok_or_else(QueryError::trace_not_found)?;
    let is_raw = params.truth("raw");
    make(move || {
        let prepared = if is_raw { adjust::raw(&trace) } else { adjust::adjusted(&trace) };
        answer(&params, &Envelope::new([TraceJson::new(id, &prepared)], 0))
    })
    .await
}

/// The traces of all `traceID` parameters; those not kept are listed as problems.
fn listed(store: &Store, params: &Params) -> Result<Response, QueryError> {
    let (mut found, mut problems, mut asked) = (Vec::new(), Vec::new(), HashSet::new());
    for text in params.all("traceID") {
        let id: TraceId = text.parse().map_err(|error: ParseTraceIdError| {
            QueryError::bad_request(format!("cannot parse traceID param: {error}"))
        })?;
        // A repeated id would multiply the answer.
        if !asked.insert(id) {
            continue;
        }
        match store.trace(id) {
            Some(trace) => found.push(trace),
            None => problems.push(Problem::trace_not_found(id.to_string())),
        }
    }
    answer_traces(params, &found, problems)
}

fn answer_traces(
    params: &Params,
    found: &[Arc<Trace>],
    problems: Vec<Problem>,
) -> Result<Response, QueryError> {
    let prepared: Vec<_> = found.iter().map(|trace| (trace.id(), adjust::adjusted(trace))).collect();
    let traces: Vec<_> = prepared.iter().map(|(id, spans)| TraceJson::new(*id, spans)).collect();
    answer(params, &Envelope::new(traces, 0).with_problems(problems))
}
