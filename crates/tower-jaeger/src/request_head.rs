//! A request without its body, as configuration sees it.

use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

/// The head of a request: what filters, trust, names and hooks are asked about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target; it may hold secrets in its query.
    pub uri: &'r Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// What servers and other layers have attached, such as axum's `ConnectInfo`.
    pub extensions: &'r Extensions,
}

// === impl RequestHead ===

impl<'r, B> From<&'r Request<B>> for RequestHead<'r> {
    fn from(request: &'r Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}
