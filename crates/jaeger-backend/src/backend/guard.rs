//! What holds for every request: no page of another site may send anything, and none takes for ever.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::Response,
};

use crate::answer::plain_text;

/// From the head of a request to its answer.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn guarded(router: Router) -> Router {
    router.layer(from_fn(guard))
}

async fn guard(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read && is_cross_origin(request.headers()) {
        let text = "requests from pages of other sites are refused".to_owned();
        return plain_text(StatusCode::FORBIDDEN, text);
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => plain_text(StatusCode::REQUEST_TIMEOUT, format!("not there within {TIMEOUT:?}")),
    }
}

/// Browsers send `Origin` with everything that is no plain navigation; programs do not.
fn is_cross_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.as_bytes());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let authority = origin.windows(3).position(|part| part == b"://").and_then(|at| origin.get(at + 3..));
    authority.is_none() || authority != text(header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_is_of_the_same_origin() {
        for (origin, expected) in [
            (None, false),
            (Some("http://127.0.0.1:14268"), false),
            (Some("http://127.0.0.1:16686"), true),
            (Some("http://evil.example"), true),
            (Some("null"), true),
            (Some(""), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:14268".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_cross_origin(&headers), expected, "{origin:?}");
        }
    }
}
