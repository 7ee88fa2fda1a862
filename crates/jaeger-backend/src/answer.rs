//! Plain-text answers of the HTTP listeners.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Text with a line end, marked so that no browser takes it for a page.
pub(crate) fn plain_text(status: StatusCode, text: String) -> Response {
    text_as(status, "text/plain; charset=utf-8", text + "\n")
}

/// The same as OpenTelemetry's collector writes it.
pub(crate) fn short_text(status: StatusCode, text: String) -> Response {
    text_as(status, "text/plain", text)
}

fn text_as(status: StatusCode, media_type: &'static str, text: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, text).into_response()
}

/// The answer to any other path.
pub(crate) async fn not_found() -> Response {
    plain_text(StatusCode::NOT_FOUND, "404 page not found".to_owned())
}
