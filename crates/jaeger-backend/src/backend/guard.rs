//! What holds for every request: no page of another site may send or read anything, and none takes for ever.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header, uri::Authority},
    middleware::{Next, from_fn},
    response::Response,
};

use crate::{answer::plain_text, store::Store};

/// From the head of a request to its answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The routes of a listener at that address.
pub(super) fn guarded(router: Router, address: Option<SocketAddr>, store: Arc<Store>) -> Router {
    let is_local = address.is_some_and(|address| address.ip().is_loopback());
    router.layer(from_fn(move |request, next| guard(is_local, Arc::clone(&store), request, next)))
}

async fn guard(is_local: bool, store: Arc<Store>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let refused = |status, text: &str| {
        if !is_read {
            store.count_refused_body();
        }
        plain_text(status, text.to_owned())
    };
    if is_local && !is_of_this_machine(&request) {
        let text = "this backend listens on this machine alone, and answers to localhost and its address";
        return refused(StatusCode::FORBIDDEN, text);
    }
    if !is_read && is_cross_origin(request.headers()) {
        return refused(StatusCode::FORBIDDEN, "requests from pages of other sites are refused");
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refused(StatusCode::REQUEST_TIMEOUT, &format!("not there within {TIMEOUT:?}")),
    }
}

/// A page of another site, whose name was made to lead here (DNS rebinding), is of the same origin to a browser; only the name tells.
fn is_of_this_machine(request: &Request) -> bool {
    let host = request.headers().get(header::HOST).map(|host| Authority::try_from(host.as_bytes()));
    let authority = match (request.uri().authority(), &host) {
        (Some(authority), _) | (None, Some(Ok(authority))) => authority,
        (None, Some(Err(_))) => return false,
        // Before HTTP/1.1, and so of no browser.
        (None, None) => return true,
    };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
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

    #[test]
    fn a_name_that_was_made_to_lead_here_is_not_of_this_machine() {
        for (host, expected) in [
            ("localhost", true),
            ("localhost:16686", true),
            ("127.0.0.1:16686", true),
            ("[::1]:16686", true),
            ("jaeger.localhost:16686", true),
            ("evil.example:16686", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            let request = Request::get("/").header(header::HOST, host).body(axum::body::Body::empty());
            assert_eq!(is_of_this_machine(&request.unwrap()), expected, "{host}");
        }
        let of_http_2 = Request::get("http://evil.example/").body(axum::body::Body::empty());
        assert!(!is_of_this_machine(&of_http_2.unwrap()));
        assert!(is_of_this_machine(&Request::default()));
    }
}
