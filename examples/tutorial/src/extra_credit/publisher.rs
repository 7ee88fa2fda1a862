//! The program `publisher`, with one layer.

use axum::{Router, extract::Query, routing::get};
use tower_jaeger::ServerLayer;

use crate::{console, service::HelloStr};

pub(crate) fn router() -> Router {
    Router::new().route("/publish", get(publish)).layer(ServerLayer::new())
}

async fn publish(Query(HelloStr { hello_str }): Query<HelloStr>) {
    console::say(&hello_str);
}
