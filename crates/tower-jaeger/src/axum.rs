//! axum's route templates, connections and errors; beside the extractors the only file that knows the `axum` crate.

use std::{any::Any, error::Error, net::SocketAddr};

use axum::extract::{ConnectInfo, MatchedPath, OriginalUri};
use http::{Extensions, Uri};

/// The template of the matched route, for example `/users/{id}`. Axum has set it where the layer is applied by
/// `Router::layer` or `Router::route_layer`, and not where the layer wraps the whole router from outside.
pub(crate) fn route(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// What was asked for, where a router within another one sees only a part of it.
pub(crate) fn original_uri(extensions: &Extensions) -> Option<&Uri> {
    extensions.get::<OriginalUri>().map(|uri| &uri.0)
}

/// The other end of the connection, where the server was made with it.
pub(crate) fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0)
}

/// The error of axum's bodies.
pub(crate) fn error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    error.downcast_ref::<axum::Error>().map(|error| error as &(dyn Error + 'static))
}
