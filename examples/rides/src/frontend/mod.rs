//! `frontend`: a web page, and the dispatch that asks all the others. HTTP, on axum.

mod dispatch;
mod error;
mod find_route;
mod peers;

pub(crate) use self::{dispatch::Dispatched, peers::Peers};

use axum::{Router, response::Html, routing::get};
use tokio::net::TcpListener;
use tower_jaeger::ServerLayer;

use crate::{BoxError, service::Lifeline};

pub(crate) async fn serve(listener: TcpListener, peers: Peers, lifeline: Lifeline) -> Result<(), BoxError> {
    // The page itself is no trace worth looking at: only the routes before the layer have it.
    let app = Router::new()
        .route("/dispatch", get(dispatch::dispatch))
        .with_state(peers)
        .layer(ServerLayer::new())
        .route("/", get(async || Html(include_str!("page.html"))));
    Ok(axum::serve(listener, app).with_graceful_shutdown(lifeline.cut()).await?)
}
