//! `GET /dispatch?customer=123`: the answer, and the trace to it.

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use opentelemetry::KeyValue;
use serde::{Deserialize, Serialize};
use tower_jaeger::{current_baggage, current_span, with_baggage};

use super::{
    Frontend,
    ride::{Ride, find_ride},
};
use crate::{baggage, tracing};

/// The answer.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Dispatched {
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    pub(crate) trace_id: String,
    /// The page of the trace.
    pub(crate) trace_url: String,
}

/// What became of the dispatch.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Ride(Ride),
    Failed { error: String },
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    customer: Option<String>,
}

pub(super) async fn dispatch(
    State(frontend): State<Frontend>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let knobs = frontend.knobs.now();
    knobs.tag_span();
    let trace_id = current_span().trace_id().to_string();
    let trace_url = frontend.trace_url(&trace_id);
    let mut items = who(&trace_id);
    items.push((baggage::KNOBS, knobs.to_string()));
    let ride = with_baggage(items, find_ride(&frontend, knobs, parameters.customer)).await;
    let (status, outcome) = match ride {
        Ok(ride) => (StatusCode::OK, Outcome::Ride(ride)),
        Err(error) => {
            let text = error.to_string();
            tracing::log("error", [KeyValue::new("message", text.clone())]);
            (error.status(), Outcome::Failed { error: text })
        }
    };
    (status, Json(Dispatched { outcome, trace_id, trace_url })).into_response()
}

/// A page sends its session and the request's name along; somebody without one gets one.
fn who(trace_id: &str) -> Vec<(&'static str, String)> {
    let given = current_baggage();
    let start = trace_id.get(..8).unwrap_or(trace_id);
    let missing = [baggage::SESSION, baggage::REQUEST].into_iter().filter(|key| given.get(key).is_none());
    missing.map(|key| (key, start.to_owned())).collect()
}
