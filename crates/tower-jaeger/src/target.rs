//! Where a request is directed to, and from where it came.

use std::net::IpAddr;

use http::{HeaderMap, Uri, header::HOST, uri::Authority};

use crate::{RequestHead, peer};

/// What a request says of both ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) scheme: Option<String>,
    /// The name or the address asked for, an IPv6 address without brackets.
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    /// The address of who has asked: of the connection, or what proxies say of it.
    pub(crate) client: Option<String>,
}

// === impl Target ===

impl Target {
    /// From the URI, which has an authority over HTTP/2 and in calls, or from `Host`. Where proxies are trusted, what they say
    /// comes first: `Forwarded` (RFC 7239), else `X-Forwarded-For`, `-Host` and `-Proto`; of several values the first, which is
    /// the outermost proxy's.
    pub(crate) fn of(request: &RequestHead<'_>, trusts_proxies: bool) -> Self {
        let mut target = Self::of_uri(request.uri);
        if target.host.is_none() {
            let authority = text(request.headers, HOST.as_str()).and_then(|host| host.parse().ok());
            target.set_authority(authority.as_ref());
        }
        target.client = peer::of(request.extensions).map(|peer| peer.ip().to_canonical().to_string());
        if trusts_proxies {
            target.forwarded(request.headers);
        }
        target
    }

    fn of_uri(uri: &Uri) -> Self {
        let mut target = Self { scheme: uri.scheme_str().map(str::to_owned), ..Self::default() };
        target.set_authority(uri.authority());
        target
    }

    fn set_authority(&mut self, authority: Option<&Authority>) {
        let Some(authority) = authority.filter(|authority| !authority.host().is_empty()) else { return };
        self.host = Some(without_brackets(authority.host()).to_owned());
        self.port = authority.port_u16();
    }

    fn forwarded(&mut self, headers: &HeaderMap) {
        let first = |value: &str| value.split(',').next().unwrap_or_default().trim().to_owned();
        let of_x = |name| text(headers, name).map(first).filter(|value| !value.is_empty());
        let forwarded = text(headers, "forwarded").map(first).unwrap_or_default();
        let part = |wanted: &str| {
            let pairs = forwarded.split(';').filter_map(|pair| pair.trim().split_once('='));
            let mut values = pairs.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            values.next().map(|(_, value)| value.trim_matches('"').to_owned())
        };
        let client = part("for").or_else(|| of_x("x-forwarded-for"));
        if let Some(address) = client.as_deref().and_then(address) {
            self.client = Some(address.to_string());
        }
        let host = part("host").or_else(|| of_x("x-forwarded-host"));
        if let Some(authority) = host.and_then(|host| host.parse().ok()) {
            self.set_authority(Some(&authority));
        }
        let scheme =
            part("proto").or_else(|| of_x("x-forwarded-proto")).map(|scheme| scheme.to_ascii_lowercase());
        if let Some(scheme) = scheme.filter(|scheme| matches!(scheme.as_str(), "http" | "https")) {
            self.scheme = Some(scheme);
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// An address with or without a port, an IPv6 address with or without brackets; nothing else that a proxy may say.
fn address(text: &str) -> Option<IpAddr> {
    let host = match text.parse::<Authority>() {
        Ok(authority) if text.parse::<IpAddr>().is_err() => without_brackets(authority.host()).to_owned(),
        _ => text.to_owned(),
    };
    host.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use http::Request;

    use super::*;
    use crate::PeerAddress;

    #[track_caller]
    fn target(uri: &str, headers: &[(&str, &str)], trusts_proxies: bool) -> (String, String, u16, String) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(()).unwrap();
        request.extensions_mut().insert(PeerAddress(SocketAddr::from(([192, 0, 2, 1], 4711))));
        let found = Target::of(&RequestHead::from(&request), trusts_proxies);
        let text = Option::unwrap_or_default;
        (text(found.scheme), text(found.host), found.port.unwrap_or_default(), text(found.client))
    }

    fn expect(scheme: &str, host: &str, port: u16, client: &str) -> (String, String, u16, String) {
        (scheme.into(), host.into(), port, client.into())
    }

    #[test]
    fn the_authority_is_that_of_http_2_or_of_host() {
        let peer = "192.0.2.1";
        assert_eq!(target("/a", &[("host", "example.com")], false), expect("", "example.com", 0, peer));
        assert_eq!(target("/a", &[("host", "[::1]:8080")], false), expect("", "::1", 8080, peer));
        assert_eq!(
            target("https://[::1]:8080/a", &[("host", "x")], false),
            expect("https", "::1", 8080, peer)
        );
        assert_eq!(target("/a", &[("host", "a b")], false), expect("", "", 0, peer));
        assert_eq!(target("/a", &[], false), expect("", "", 0, peer));
    }

    #[test]
    fn what_proxies_say_counts_only_where_they_are_trusted() {
        let x = [
            ("host", "inner:8080"),
            ("x-forwarded-for", "198.51.100.7:1234, 203.0.113.9"),
            ("x-forwarded-host", "example.com"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(target("/", &x, false), expect("", "inner", 8080, "192.0.2.1"));
        assert_eq!(target("/", &x, true), expect("https", "example.com", 0, "198.51.100.7"));
        let forwarded = "For=\"[2001:db8::1]:4711\";proto=HTTPS;host=\"example.org:8443\", for=203.0.113.9";
        let both = [&x[..], &[("forwarded", forwarded)]].concat();
        assert_eq!(target("/", &both, true), expect("https", "example.org", 8443, "2001:db8::1"));
    }

    #[test]
    fn what_proxies_say_is_not_believed_blindly() {
        let junk = [
            ("x-forwarded-for", "unknown"),
            ("x-forwarded-host", "a b"),
            ("x-forwarded-proto", "javascript"),
        ];
        assert_eq!(target("/", &junk, true), expect("", "", 0, "192.0.2.1"));
        assert_eq!(target("/", &[("forwarded", "for=_hidden;;=")], true), expect("", "", 0, "192.0.2.1"));
        assert_eq!(
            target("/", &[("x-forwarded-for", "2001:db8::1")], true),
            expect("", "", 0, "2001:db8::1")
        );
    }
}
