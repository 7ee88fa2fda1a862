//! Which requests become spans.

use std::{fmt, sync::Arc};

use crate::RequestHead;

/// Says which requests become spans. For the others there is none, and the caller's trace and baggage go on to the next hop
/// all the same.
///
/// ```
/// use tower_jaeger::{Filter, ServerLayer};
///
/// let no_noise = Filter::not_health_checks().and(Filter::not_paths(["/metrics"]));
/// let layer = ServerLayer::new().with_filter(no_noise);
/// ```
#[derive(Clone)]
pub struct Filter(Arc<dyn Fn(&RequestHead<'_>) -> bool + Send + Sync>);

/// Where load balancers and orchestrators ask whether a service is well.
const HEALTH_PATHS: [&str; 7] = ["/health", "/healthz", "/livez", "/readyz", "/ready", "/live", "/ping"];

/// The service of gRPC's health checking protocol.
const GRPC_HEALTH: &str = "/grpc.health.v1.Health/";

// === impl Filter ===

impl Filter {
    /// Those for which the closure says `true`. It is called once for each request.
    pub fn new(is_traced: impl Fn(&RequestHead<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_traced))
    }

    /// All but those to these paths, which are compared whole and without the query.
    pub fn not_paths<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths: Vec<String> = paths.into_iter().map(Into::into).collect();
        Self::new(move |request| !paths.iter().any(|path| path == request.uri.path()))
    }

    /// All but health checks: `GET` and `HEAD` of `/health`, `/healthz`, `/livez`, `/readyz`, `/ready`, `/live`, `/ping`, and the calls
    /// of gRPC's `grpc.health.v1.Health`.
    pub fn not_health_checks() -> Self {
        Self::new(|request| {
            let path = request.uri.path();
            let is_read = matches!(*request.method, http::Method::GET | http::Method::HEAD);
            !(is_read && HEALTH_PATHS.contains(&path) || path.starts_with(GRPC_HEALTH))
        })
    }

    /// Those that both filters let through.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(move |request| self.is_traced(request) && other.is_traced(request))
    }

    pub(crate) fn is_traced(&self, request: &RequestHead<'_>) -> bool {
        (self.0)(request)
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn is_traced(filter: &Filter, method: &str, uri: &str) -> bool {
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        filter.is_traced(&RequestHead::from(&request))
    }

    #[test]
    fn health_checks_and_paths_are_left_out() {
        let filter = Filter::not_health_checks().and(Filter::not_paths(["/metrics"]));
        for (method, uri) in [
            ("GET", "/healthz"),
            ("HEAD", "/ping?verbose"),
            ("POST", "/grpc.health.v1.Health/Check"),
            ("POST", "/grpc.health.v1.Health/Watch"),
            ("GET", "/metrics?name=x"),
        ] {
            assert!(!is_traced(&filter, method, uri), "{method} {uri}");
        }
        for (method, uri) in [("POST", "/ping"), ("GET", "/healthz/deep"), ("GET", "/metrics/"), ("GET", "/")]
        {
            assert!(is_traced(&filter, method, uri), "{method} {uri}");
        }
    }
}
