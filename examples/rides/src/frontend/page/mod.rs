//! The page: three files that ask nobody but this service.

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};

/// What the browser holds the page to.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(include_str!("index.html")));
    Router::new()
        .route("/", get(async move || page))
        .route("/page.css", get(async || of_type("text/css", include_str!("page.css"))))
        .route("/page.js", get(async || of_type("text/javascript", include_str!("page.js"))))
}

fn of_type(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type)], text)
}
