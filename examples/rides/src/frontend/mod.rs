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

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_jaeger::ServerLayer;

use self::{knobs::LiveKnobs, workers::Workers};
use crate::{BoxError, knobs::Knobs, service::Lifeline};

/// What a request finds here. Clones are the same.
#[derive(Clone, Debug)]
struct Frontend {
    peers: Peers,
    knobs: LiveKnobs,
    workers: Workers,
    /// The URL below which traces are shown.
    query: Arc<str>,
}

pub(crate) async fn serve(
    listener: TcpListener,
    peers: Peers,
    knobs: Knobs,
    query: String,
    lifeline: Lifeline,
) -> Result<(), BoxError> {
    let knobs = LiveKnobs::new(knobs);
    let workers = Workers::default();
    let frontend = Frontend { peers, knobs: knobs.clone(), workers, query: query.into() };
    let untraced = Router::new()
        .merge(page::router())
        .route("/knobs", get(knobs::read).put(knobs::turn))
        .with_state(knobs);
    // The page and its knobs are no trace worth looking at: only the routes before the layer have it.
    let app = Router::new()
        .route("/dispatch", get(dispatch::dispatch))
        .route("/track", get(track::track))
        .with_state(frontend)
        .layer(ServerLayer::new())
        .merge(untraced);
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}

// === impl Frontend ===

impl Frontend {
    fn trace_url(&self, trace_id: &str) -> String {
        format!("{}/trace/{trace_id}", self.query)
    }
}
