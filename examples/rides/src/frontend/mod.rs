//! `frontend`: a web page, and the dispatch that asks all the others. HTTP, on axum.

mod bookings;
mod dispatch;
mod error;
mod find_route;
mod knobs;
mod page;
mod peers;
mod ride;
mod track;
mod workers;

pub(crate) use self::{
    dispatch::{Dispatched, Outcome},
    peers::Peers,
    ride::Ride,
};

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use tokio::net::TcpListener;
use tower_jaeger::ServerLayer;

use self::{knobs::LiveKnobs, workers::Workers};
use crate::{BoxError, knobs::Knobs, load::About, service::Lifeline};

/// What a request finds here. Clones are the same.
#[derive(Clone, Debug)]
struct Frontend {
    peers: Peers,
    knobs: LiveKnobs,
    workers: Workers,
    /// The URL below which traces are shown.
    query: Arc<str>,
    seed: u64,
}

pub(crate) async fn serve(
    listener: TcpListener,
    peers: Peers,
    knobs: Knobs,
    query: String,
    seed: u64,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let knobs = LiveKnobs::new(knobs);
    let workers = Workers::default();
    let frontend = Frontend { peers, knobs, workers, query: query.into(), seed };
    let untraced = Router::new()
        .merge(page::router())
        .route("/knobs", get(knobs::read).put(knobs::turn))
        .route("/about", get(about))
        .with_state(frontend.clone());
    // The page and its knobs are no trace worth looking at: only the routes before the layer have it.
    let app = Router::new()
        .route("/dispatch", get(dispatch::dispatch))
        .route("/track", get(track::track))
        .with_state(frontend)
        .layer(ServerLayer::new())
        .merge(untraced);
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}

async fn about(State(frontend): State<Frontend>) -> Json<About> {
    let Frontend { knobs, query, seed, .. } = frontend;
    Json(About { query: query.to_string(), seed, knobs: knobs.now() })
}

// === impl Frontend ===

impl Frontend {
    fn trace_url(&self, trace_id: &str) -> String {
        format!("{}/trace/{trace_id}", self.query)
    }
}
