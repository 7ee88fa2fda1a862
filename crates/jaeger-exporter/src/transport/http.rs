//! One `POST` per batch to a collector, over a connection that is kept alive.

use std::{
    fmt,
    io::{self, Read},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use ureq::{
    Agent, Body, SendBody, Timeout,
    http::{
        HeaderName, HeaderValue, Response, Uri,
        header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
};

use super::http_agent::HttpAgent;
use crate::error::{EndpointError, EndpointErrorKind, SendError, SendErrorKind};

/// Time for the whole request, from resolving the name to the end of the answer; as in Jaeger's own clients.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a collector listens on the same machine; its path is that of URLs that name none.
const EXAMPLE: &str = "http://localhost:14268/api/traces";

/// How the collector recognises a batch in the binary Thrift protocol.
const THRIFT: &[u8] = b"application/x-thrift";

/// The largest answer that is read; a longer one costs the connection, not memory.
const MAX_ANSWER_BYTES: u64 = 16 * 1024;

/// The part of a refusal that goes into the error message.
const MAX_REASON_CHARS: usize = 200;

/// Sends Thrift batches to a collector: `POST`, binary protocol, blocking; over TLS with the feature `tls`.
pub struct HttpTransport {
    agent: Agent,
    settings: HttpAgent,
    url: String,
    /// Beside those that a request needs.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is still to be read of several parts; of the first one so many bytes have been.
struct Parts<'p>(&'p [&'p [u8]], usize);

/// The checked URL; the path defaults to that of the example.
fn parse_endpoint(endpoint: &str, example: &'static str) -> Result<String, EndpointError> {
    let error = |kind| EndpointError::new(endpoint, kind);
    let no_url = |reason| error(EndpointErrorKind::Url { reason, example });
    let no_scheme = || error(EndpointErrorKind::Scheme { example });
    let (scheme, rest) = endpoint.split_once("://").ok_or_else(no_scheme)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" if cfg!(feature = "tls") => "https",
        "https" => return Err(error(EndpointErrorKind::Tls)),
        _ => return Err(no_scheme()),
    };
    if rest.contains('#') {
        return Err(error(EndpointErrorKind::Fragment));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(error(EndpointErrorKind::Credentials));
    }
    let uri: Uri = endpoint.parse().map_err(|reason| no_url(format!("{reason}").to_lowercase()))?;
    let port_is_valid =
        uri.authority().is_some_and(|a| a.as_str() == a.host() || a.port_u16().is_some_and(|p| p != 0));
    if uri.host().is_none_or(str::is_empty) || !port_is_valid {
        return Err(no_url("no valid host and port".to_owned()));
    }
    let default_path =
        example.parse::<Uri>().map_or_else(|_| String::new(), |example| example.path().to_owned());
    let path = if uri.path() == "/" { &default_path } else { uri.path() };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{scheme}://{authority}{path}{query}"))
}

/// The first part of the collector's answer, on one line.
fn reason(response: &mut Response<Body>) -> String {
    let text = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).lossy_utf8(true).read_to_string();
    let text = text.unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect()
}

// === impl Parts ===

impl Read for Parts<'_> {
    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        // ureq writes what it is given at once, so as much as it has room for.
        while let Some((part, rest)) = self.0.split_first()
            && !buffer.is_empty()
        {
            let skipped = self.1;
            let mut left = part.get(skipped..).unwrap_or_default();
            let len = left.read(buffer)?;
            buffer = buffer.get_mut(len..).unwrap_or_default();
            read += len;
            if left.is_empty() {
                *self = Self(rest, 0);
            } else {
                self.1 += len;
            }
        }
        Ok(read)
    }
}

// === impl HttpTransport ===

impl HttpTransport {
    /// A transport to the collector at `endpoint`, such as `http://localhost:14268/api/traces`.
    ///
    /// A URL without a path gets `/api/traces`. Nothing is sent or resolved yet.
    ///
    /// # Errors
    ///
    /// When the URL is not `http://host:port/path`, when it is `https://` and the feature `tls` is off, or when it carries a user
    /// name.
    pub fn new(endpoint: &str) -> Result<Self, EndpointError> {
        Self::new_like(endpoint, EXAMPLE)
    }

    /// A transport to a receiver of another protocol than Thrift, which is for [`post`](Self::post).
    ///
    /// `example` is the URL of such a receiver: its path is that of a URL without one, and errors name it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_like(endpoint: &str, example: &'static str) -> Result<Self, EndpointError> {
        let url = parse_endpoint(endpoint, example)?;
        let settings = HttpAgent::new(DEFAULT_TIMEOUT);
        Ok(Self { agent: settings.build(), settings, url, headers: Vec::new() })
    }

    /// Time for one whole request; 5 seconds by default.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.with_agent(|agent| agent.timeout = timeout)
    }

    pub(super) fn with_agent(mut self, change: impl FnOnce(&mut HttpAgent)) -> Self {
        change(&mut self.settings);
        self.agent = self.settings.build();
        self
    }

    /// Sends a user name and a password with each request (RFC 7617), readable for who is in between; none by default. Of this and
    /// [`with_bearer_token`](Self::with_bearer_token) the last one counts.
    #[must_use]
    pub fn with_basic_auth(self, user: &str, password: &str) -> Self {
        let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
        // Base64 is always printable.
        let value = HeaderValue::try_from(format!("Basic {credentials}"));
        match value {
            Ok(value) => self.with(AUTHORIZATION, value),
            Err(_) => self,
        }
    }

    /// Sends a token with each request (RFC 6750), readable for who is in between; none by default.
    ///
    /// # Errors
    ///
    /// When it is not printable ASCII.
    pub fn with_bearer_token(self, token: &str) -> Result<Self, EndpointError> {
        self.with_header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Sends a header with each request; none by default. Of two with the same name the last one counts.
    ///
    /// # Errors
    ///
    /// When HTTP cannot carry the name or the value. The error does not say the value, which may be a secret.
    pub fn with_header(self, name: &str, value: &str) -> Result<Self, EndpointError> {
        let error = |kind| EndpointError::new(name, kind);
        let header = HeaderName::try_from(name).map_err(|_| error(EndpointErrorKind::HeaderName))?;
        let value = HeaderValue::try_from(value).map_err(|_| error(EndpointErrorKind::HeaderValue))?;
        Ok(self.with(header, value))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value));
        self
    }

    /// The URL to which this transport posts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Posts one batch in the binary Thrift protocol and waits for the answer.
    ///
    /// # Errors
    ///
    /// When the collector is not reached, does not answer in time or answers with anything but 2xx.
    pub fn send(&self, batch: &[u8]) -> Result<(), SendError> {
        self.send_parts(&[batch])
    }

    /// The same with a batch that is in several places, one part behind the other.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_parts(&self, parts: &[&[u8]]) -> Result<(), SendError> {
        self.send_as(&[(CONTENT_TYPE.as_str(), THRIFT)], parts)
    }

    /// Posts a body in another protocol than Thrift and waits for the answer. `headers` are those that say what it is; of the same
    /// name as one of this transport, the latter counts.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and when HTTP cannot carry a header.
    pub fn post(&self, headers: &[(&str, &[u8])], body: &[u8]) -> Result<(), SendError> {
        self.send_as(headers, &[body])
    }

    /// What a request bears beside what every one does: names and values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    fn send_as(&self, headers: &[(&str, &[u8])], parts: &[&[u8]]) -> Result<(), SendError> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut request = self.agent.post(&self.url).header(CONTENT_LENGTH, length);
        for (name, value) in headers {
            if !self.headers.iter().any(|(own, _)| own.as_str().eq_ignore_ascii_case(name)) {
                request = request.header(*name, *value);
            }
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response =
            request.send(SendBody::from_reader(&mut Parts(parts, 0))).map_err(|error| self.error(error))?;
        // Reading the answer to its end is what lets the connection be used again.
        let body = reason(&mut response);
        if response.status().is_success() {
            return Ok(());
        }
        let status = response.status();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Err(self.send_error(SendErrorKind::Status {
            status: status.as_u16(),
            reason: status.to_string(),
            // A date is not read: clocks differ.
            retry_after: retry_after.map(Duration::from_secs),
            body,
        }))
    }

    fn error(&self, error: ureq::Error) -> SendError {
        match error {
            ureq::Error::Io(error) => SendError::from_io(&self.target(), error, self.settings.timeout),
            ureq::Error::Timeout(Timeout::Connect) => {
                self.send_error(SendErrorKind::Unconnected(self.settings.connect_timeout()))
            }
            ureq::Error::Timeout(_) => self.send_error(SendErrorKind::Timeout(self.settings.timeout)),
            ureq::Error::HostNotFound => self.send_error(SendErrorKind::UnknownHost),
            other => self.send_error(SendErrorKind::Http(other.to_string())),
        }
    }

    fn send_error(&self, kind: SendErrorKind) -> SendError {
        SendError::new(&self.target(), kind)
    }

    fn target(&self) -> String {
        format!("POST {}", self.url)
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("url", &self.url)
            .field("timeout", &self.settings.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn accepted(endpoint: &str, url: &str) {
        assert_eq!(HttpTransport::new(endpoint).unwrap().url(), url);
    }

    #[track_caller]
    fn refused(endpoint: &str, message: &str) {
        assert_eq!(HttpTransport::new(endpoint).unwrap_err().to_string(), message);
    }

    #[test]
    fn parts_are_read_one_behind_the_other() {
        let parts: [&[u8]; 5] = [b"ab", b"", b"cdefg", b"", b"h"];
        for size in 1..10 {
            let (mut reader, mut read) = (Parts(&parts, 0), Vec::new());
            let mut buffer = vec![0; size];
            while let len @ 1.. = reader.read(&mut buffer).unwrap() {
                assert!(len == size || read.len() + len == 8, "as much as there is room for");
                read.extend_from_slice(&buffer[..len]);
            }
            assert_eq!(read, b"abcdefgh", "{size}");
        }
    }

    #[test]
    fn a_url_without_a_path_gets_the_collectors_path() {
        accepted("http://localhost:14268/api/traces", "http://localhost:14268/api/traces");
        accepted("http://localhost:14268", "http://localhost:14268/api/traces");
        accepted("http://localhost:14268/", "http://localhost:14268/api/traces");
        accepted("HTTP://jaeger/custom?format=jaeger.thrift", "http://jaeger/custom?format=jaeger.thrift");
        accepted("http://[::1]:14268", "http://[::1]:14268/api/traces");
        let otlp = HttpTransport::new_like("http://a:1", "http://localhost:4318/v1/traces").unwrap();
        assert_eq!(otlp.url(), "http://a:1/v1/traces");
    }

    #[test]
    fn other_urls_are_refused_when_the_transport_is_made() {
        if cfg!(feature = "tls") {
            accepted("https://jaeger", "https://jaeger/api/traces");
        } else {
            refused(
                "https://jaeger:14268/api/traces",
                "TLS is not built in, so \"https://jaeger:14268/api/traces\" cannot be reached: use http://, or the feature tls",
            );
        }
        refused(
            "localhost:14268",
            "expected a URL such as http://localhost:14268/api/traces, found \"localhost:14268\"",
        );
        refused("ftp://x/", "expected a URL such as http://localhost:14268/api/traces, found \"ftp://x/\"");
        refused(
            "http://user:secret@jaeger/api",
            "expected a URL without a user name and password, found \"...@jaeger/api\"",
        );
        refused("http://jaeger/#x", "expected a URL without a fragment, found \"http://jaeger/#x\"");
        let grpc =
            HttpTransport::new_like("localhost:4317", "http://localhost:4317").unwrap_err().to_string();
        assert_eq!(grpc, "expected a URL such as http://localhost:4317, found \"localhost:4317\"");
        for endpoint in ["http://", "http://:14268/", "http://host:0/", "http://host:70000/", "http://a b/"] {
            let message = HttpTransport::new(endpoint).unwrap_err().to_string();
            assert!(message.starts_with("expected a URL such as"), "{endpoint}: {message}");
        }
    }
}
