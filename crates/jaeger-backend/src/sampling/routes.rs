//! The questions of clients, at the agent's port and at the collector's.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Restrictions, Strategies, Watched};
use crate::answer::{not_found, plain_text};

/// What clients are told.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    pub(crate) strategies: Watched<Strategies>,
    /// `None`: clients decide, as with a Jaeger.
    pub(crate) restrictions: Option<Watched<Restrictions>>,
}

type Parameters = Query<Vec<(String, String)>>;

/// The routes of the agent's port. At `/` the type of a strategy is a number, for old clients.
pub(crate) fn router(advice: Advice) -> Router {
    Router::new()
        .route("/", get(legacy_strategy))
        .route("/sampling", get(strategy))
        .route("/baggageRestrictions", get(restrictions))
        .fallback(not_found)
        .with_state(advice)
}

/// The same at the collector's port.
pub(crate) fn collector_routes(advice: Advice) -> Router {
    Router::new()
        .route("/api/sampling", get(strategy))
        .route("/api/baggageRestrictions", get(restrictions_of_collector))
        .with_state(advice)
}

async fn strategy(State(advice): State<Advice>, parameters: Parameters) -> Response {
    answer(&parameters, |service| Json(advice.strategies.get().of(service)).into_response())
}

async fn legacy_strategy(State(advice): State<Advice>, parameters: Parameters) -> Response {
    answer(&parameters, |service| Json(advice.strategies.get().of(service).with_number()).into_response())
}

async fn restrictions(State(advice): State<Advice>, parameters: Parameters) -> Response {
    restrictions_or(&advice, &parameters, "baggage not implemented")
}

async fn restrictions_of_collector(State(advice): State<Advice>, parameters: Parameters) -> Response {
    restrictions_or(&advice, &parameters, "baggage restrictions not implemented")
}

fn restrictions_or(advice: &Advice, parameters: &Parameters, reason: &str) -> Response {
    answer(parameters, |service| match &advice.restrictions {
        Some(restrictions) => Json(restrictions.get().of(service)).into_response(),
        None => plain_text(StatusCode::INTERNAL_SERVER_ERROR, format!("collector error: {reason}")),
    })
}

fn answer(Query(parameters): &Parameters, of_service: impl FnOnce(&str) -> Response) -> Response {
    let mut services = parameters.iter().filter(|(name, _)| name == "service");
    match (services.next(), services.next()) {
        (Some((_, service)), None) => of_service(service),
        _ => plain_text(StatusCode::BAD_REQUEST, "'service' parameter must be provided once".to_owned()),
    }
}
