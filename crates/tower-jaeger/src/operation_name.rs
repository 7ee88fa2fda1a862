//! Operation names: of low cardinality by construction, never the raw path.

use std::borrow::Cow;

use http::Method;

use crate::{Conventions, RequestHead, protocol::Protocol, request_span::Side, tags::Tags};

/// The name of a gRPC call to a method that is not there.
pub(crate) const NO_METHOD: &str = "gRPC";

/// A name, in the form in which it needs no memory of its own.
#[derive(Debug)]
pub(crate) enum Name<'r> {
    Own(Cow<'static, str>),
    Static(&'static str),
    GrpcMethod(&'r str),
    Route(&'static str, &'r str),
}

/// `package.Service/Method` for gRPC; `HTTP GET /users/{id}` where a route is known; else `HTTP GET`.
///
/// OpenTelemetry's conventions have no `HTTP` in front.
pub(crate) fn of<'r>(tags: Tags, request: &RequestHead<'r>) -> Name<'r> {
    let first = of_method(tags, request.method);
    if tags.protocol == Protocol::Grpc {
        return grpc_method(request.uri.path()).map_or(Name::Static(first), Name::GrpcMethod);
    }
    match route(tags.side, request) {
        Some(route) => Name::Route(first, route),
        None => Name::Static(first),
    }
}

/// The name of a request of which nothing but its method is known.
pub(crate) fn of_method(tags: Tags, method: &Method) -> &'static str {
    if tags.protocol == Protocol::Grpc {
        return NO_METHOD;
    }
    match tags.conventions {
        // Its word for a method that nobody knows.
        Conventions::OpenTelemetry if self::method(method) == "_OTHER" => "HTTP",
        Conventions::OpenTelemetry => self::method(method),
        Conventions::OpenTracing | Conventions::Both => http(method),
    }
}

// === impl Name ===

impl Name<'_> {
    pub(crate) fn into_text(self) -> Cow<'static, str> {
        match self {
            Self::Own(name) => name,
            Self::Static(name) => Cow::Borrowed(name),
            Self::GrpcMethod(name) => Cow::Owned(name.to_owned()),
            Self::Route(method, route) => Cow::Owned([method, route].join(" ")),
        }
    }

    #[cfg(feature = "native")]
    /// Calls something with the name, which is put together in memory that is used again.
    pub(crate) fn with_text<R>(&self, run: impl FnOnce(&str) -> R) -> R {
        thread_local! {
            static TEXT: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
        }
        match self {
            Self::Own(name) => run(name),
            Self::Static(name) => run(name),
            Self::GrpcMethod(name) => run(name),
            Self::Route(method, route) => {
                // Taken out meanwhile: what runs may come here again.
                let mut text = TEXT.take();
                text.clear();
                text.extend([*method, " ", *route]);
                let result = run(&text);
                TEXT.set(text);
                result
            }
        }
    }
}

/// The method as a tag and in names: `_OTHER` for one that RFC 9110 and RFC 5789 do not know, because anybody can
/// send any method.
pub(crate) fn method(method: &Method) -> &'static str {
    http(method).strip_prefix("HTTP ").unwrap_or_default()
}

/// From 1 on, one for each word that [`method`] says.
pub(crate) fn method_number(method: &Method) -> u32 {
    match *method {
        Method::GET => 1,
        Method::POST => 2,
        Method::PUT => 3,
        Method::DELETE => 4,
        Method::HEAD => 5,
        Method::OPTIONS => 6,
        Method::CONNECT => 7,
        Method::PATCH => 8,
        Method::TRACE => 9,
        _ => 10,
    }
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
        of(tags, &RequestHead::from(&request)).into_text().into_owned()
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
