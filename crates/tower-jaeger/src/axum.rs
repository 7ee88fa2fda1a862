//! axum's route templates; beside the extractors the only file that knows the `axum` crate.

use axum::extract::MatchedPath;
use http::Extensions;

/// The template of the matched route, for example `/users/{id}`. Axum has set it where the layer is applied by
/// `Router::layer` or `Router::route_layer`, and not where the layer wraps the whole router from outside.
pub(crate) fn route(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}
