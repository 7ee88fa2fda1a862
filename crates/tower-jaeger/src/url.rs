//! URLs as tags: without anything that may be a secret.

use http::{Uri, uri::PathAndQuery};

use crate::{RequestHead, request_span::Side};

const REDACTED: &str = "REDACTED";

/// What was asked for. A router within another one sees only the rest of it.
pub(crate) fn of<'r>(side: Side, request: &RequestHead<'r>) -> &'r Uri {
    match side {
        #[cfg(feature = "axum")]
        Side::Server => crate::axum::original_uri(request.extensions).unwrap_or(request.uri),
        _ => request.uri,
    }
}

/// The URL of a request to a server, which most often is a path and nothing else.
pub(crate) fn as_it_is(uri: &Uri) -> Option<&str> {
    let is_path = uri.authority().is_none() && uri.scheme().is_none() && uri.query().is_none();
    uri.path_and_query().filter(|_| is_path).map(PathAndQuery::path)
}

/// The URL with the userinfo and every value of the query replaced by `REDACTED`; names of query parameters stay.
pub(crate) fn write_redacted(uri: &Uri, out: &mut String) {
    out.reserve(uri.path().len() + 48);
    if let Some(scheme) = uri.scheme_str() {
        out.push_str(scheme);
        out.push_str("://");
    }
    if let Some(authority) = uri.authority() {
        let authority = authority.as_str();
        match authority.rsplit_once('@') {
            Some((_, host)) => out.extend([REDACTED, "@", host]),
            None => out.push_str(authority),
        }
    }
    // CONNECT has an authority only.
    if uri.path() != "/" || uri.path_and_query().is_some() {
        out.push_str(uri.path());
    }
    if let Some(query) = uri.query() {
        out.push('?');
        write_redacted_query(query, out);
    }
}

/// A query with every value replaced by `REDACTED`.
pub(crate) fn write_redacted_query(query: &str, out: &mut String) {
    for (index, parameter) in query.split('&').enumerate() {
        if index > 0 {
            out.push('&');
        }
        match parameter.split_once('=') {
            Some((name, value)) if value.bytes().any(|byte| byte != b'=') => {
                out.push_str(name);
                out.push('=');
                out.push_str(REDACTED);
            }
            // A parameter without a name is all value, and so may be one that ends as Base64 does.
            _ if !parameter.is_empty() => out.push_str(REDACTED),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, expected: &str) {
        let mut redacted = String::new();
        write_redacted(&uri.parse().unwrap(), &mut redacted);
        assert_eq!(redacted, expected);
    }

    #[test]
    fn userinfo_and_query_values_are_redacted() {
        check("/dispatch?customer=123&empty=&token", "/dispatch?customer=REDACTED&REDACTED&REDACTED");
        check("/a?dG9rZW4=&dG9rZQ==", "/a?REDACTED&REDACTED");
        check("/dispatch?", "/dispatch?");
        check("http://user:secret@[::1]:8080/a?k=v=w", "http://REDACTED@[::1]:8080/a?k=REDACTED");
        check("http://host", "http://host/");
        check("example.com:443", "example.com:443");
        check("*", "*");
    }
}
