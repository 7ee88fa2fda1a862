//! Where spans go, checked when the exporter is made.

use std::error::Error;
use std::fmt;

use old_http::Uri;
use old_http::uri::InvalidUri;

/// A collector's URL or an agent's address that cannot be used.
#[derive(Debug)]
pub struct EndpointError {
    kind: Kind,
    /// Empty if it holds a secret.
    found: String,
}

#[derive(Debug)]
enum Kind {
    Credentials,
    Url(InvalidUri),
    NotHttp,
    NoHost,
    Address,
}

#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    Collector(String),
    Agent(String),
}

// === impl EndpointError ===

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.kind {
            Kind::Credentials => {
                return f.write_str("expected a URL without credentials, found a user name in it");
            }
            Kind::Url(_) | Kind::NoHost => "a URL such as http://localhost:14268/api/traces",
            Kind::NotHttp => "a URL that starts with http:// (TLS is not supported)",
            Kind::Address => "a host and a port such as localhost:6831",
        };
        write!(f, "expected {expected}, found {:?}", self.found)
    }
}

impl Error for EndpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            Kind::Url(source) => Some(source),
            Kind::Credentials | Kind::NotHttp | Kind::NoHost | Kind::Address => None,
        }
    }
}

// === impl Endpoint ===

impl Endpoint {
    pub(crate) fn collector(url: &str) -> Result<Self, EndpointError> {
        let refuse = |kind| EndpointError { kind, found: url.to_owned() };

        if url.contains('@') {
            return Err(EndpointError { kind: Kind::Credentials, found: String::new() });
        }
        let uri: Uri = url.parse().map_err(|source| refuse(Kind::Url(source)))?;
        if uri.scheme_str() != Some("http") {
            return Err(refuse(Kind::NotHttp));
        }
        match uri.host() {
            Some(host) if !host.is_empty() => Ok(Self::Collector(url.to_owned())),
            _ => Err(refuse(Kind::NoHost)),
        }
    }

    pub(crate) fn agent(address: &str) -> Result<Self, EndpointError> {
        let is_usable = address.rsplit_once(':').is_some_and(|(host, port)| {
            let is_host = match host.strip_prefix('[') {
                Some(ipv6) => ipv6.ends_with(']'),
                None => !host.is_empty() && !host.contains([':', '/']),
            };
            is_host && port.parse::<u16>().is_ok_and(|port| port != 0)
        });
        if is_usable {
            Ok(Self::Agent(address.to_owned()))
        } else {
            Err(EndpointError { kind: Kind::Address, found: address.to_owned() })
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collector(url) => write!(f, "collector {url}"),
            Self::Agent(address) => write!(f, "agent {address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(result: Result<Endpoint, EndpointError>, message: &str) {
        assert_eq!(result.unwrap_err().to_string(), message);
    }

    #[test]
    fn accepts_a_collector_url() {
        let endpoint = Endpoint::collector("http://localhost:14268/api/traces").unwrap();
        assert_eq!(endpoint.to_string(), "collector http://localhost:14268/api/traces");
    }

    #[test]
    fn refuses_what_is_not_an_http_url() {
        let not_http =
            |url| format!("expected a URL that starts with http:// (TLS is not supported), found {url:?}");
        for url in ["https://collector/api/traces", "localhost:14268", "/api/traces", "udp://localhost:6831"]
        {
            refuses(Endpoint::collector(url), &not_http(url));
        }
    }

    #[test]
    fn refuses_credentials_without_repeating_them() {
        refuses(
            Endpoint::collector("http://user:secret@collector:14268/api/traces"),
            "expected a URL without credentials, found a user name in it",
        );
    }

    #[test]
    fn keeps_the_reason_of_the_url_parser() {
        let error = Endpoint::collector("http://local host/").unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a URL such as http://localhost:14268/api/traces, found \"http://local host/\""
        );
        assert!(error.source().is_some());
    }

    #[test]
    fn accepts_agent_addresses() {
        for address in ["localhost:6831", "127.0.0.1:6831", "[::1]:6831"] {
            assert_eq!(Endpoint::agent(address).unwrap().to_string(), format!("agent {address}"));
        }
    }

    #[test]
    fn refuses_what_is_not_a_host_and_a_port() {
        for address in [
            "",
            "localhost",
            ":6831",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "::1:6831",
            "udp://h:1",
        ] {
            refuses(
                Endpoint::agent(address),
                &format!("expected a host and a port such as localhost:6831, found {address:?}"),
            );
        }
    }
}
