//! Operation names: of low cardinality by construction, never the raw path.

use std::borrow::Cow;

use http::Method;

use crate::{Conventions, RequestHead, protocol::Protocol, request_span::Side, tags::Tags};

/// The name of a gRPC call to a method that is not there.
pub(crate) const NO_METHOD: &str = "gRPC";

/// `package.Service/Method` for gRPC; `HTTP GET /users/{id}` where a route is known; else `HTTP GET`.
///
/// OpenTelemetry's conventions have no `HTTP` in front.
pub(crate) fn of(tags: Tags, request: &RequestHead<'_>) -> Cow<'static, str> {
    if tags.protocol == Protocol::Grpc {
        return grpc_method(request.uri.path())
            .map_or(Cow::Borrowed(NO_METHOD), |name| Cow::Owned(name.to_owned()));
    }
    let first = match tags.conventions {
        // Its word for a method that nobody knows.
        Conventions::OpenTelemetry if method(request.method) == "_OTHER" => "HTTP",
        Conventions::OpenTelemetry => method(request.method),
        Conventions::OpenTracing | Conventions::Both => http(request.method),
    };
    match route(tags.side, request) {
        Some(route) => Cow::Owned([first, route].join(" ")),
        None => Cow::Borrowed(first),
    }
}

/// The method as a tag and in names: `_OTHER` for one that RFC 9110 and RFC 5789 do not know, because anybody can
/// send any method.
pub(crate) fn method(method: &Method) -> &'static str {
    http(method).strip_prefix("HTTP ").unwrap_or_default()
}

fn http(method: &Method) -> &'static str {
    match *method {
        Method::GET => "HTTP GET",
        Method::POST => "HTTP POST",
        Method::PUT => "HTTP PUT",
        Method::DELETE => "HTTP DELETE",
        Method::HEAD => "HTTP HEAD",
        Method::OPTIONS => "HTTP OPTIONS",
        Method::CONNECT => "HTTP CONNECT",
        Method::PATCH => "HTTP PATCH",
        Method::TRACE => "HTTP TRACE",
        _ => "HTTP _OTHER",
    }
}

/// A gRPC path is `/package.Service/Method`; another path on a gRPC server is no name.
pub(crate) fn grpc_method(path: &str) -> Option<&str> {
    const LONGEST: usize = 256;
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b))
    };
    let name = path.strip_prefix('/')?;
    let (service, method) = name.split_once('/')?;
    (name.len() <= LONGEST && word(service) && word(method)).then_some(name)
}

/// The route that a server's request has taken. A client's request that was made from one has its extensions, but not its route.
#[cfg_attr(not(feature = "axum"), expect(unused_variables, reason = "only axum has routes"))]
pub(crate) fn route<'r>(side: Side, request: &RequestHead<'r>) -> Option<&'r str> {
    match side {
        #[cfg(feature = "axum")]
        Side::Server => crate::axum::route(request.extensions),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn name(protocol: Protocol, method: &str, uri: &str) -> String {
        let request = http::Request::builder().method(method).uri(uri).body(()).unwrap();
        let tags = Tags { conventions: Conventions::OpenTracing, side: Side::Server, protocol };
        of(tags, &RequestHead::from(&request)).into_owned()
    }

    #[test]
    fn names_never_hold_the_raw_path() {
        assert_eq!(name(Protocol::Http, "GET", "/users/731"), "HTTP GET");
        assert_eq!(name(Protocol::Http, "PROPFIND-731", "/"), "HTTP _OTHER");
        assert_eq!(name(Protocol::Grpc, "POST", "/driver.Driver/Find_1"), "driver.Driver/Find_1");
        for path in ["/", "/a", "/a/", "/a/b/c", "/a b/c", "/%41/c"] {
            assert_eq!(name(Protocol::Grpc, "POST", &path.replace(' ', "%20")), "gRPC", "{path}");
        }
    }
}
