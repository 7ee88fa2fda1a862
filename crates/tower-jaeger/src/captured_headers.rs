//! Which headers become tags.

use http::{HeaderMap, HeaderName};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};

use crate::Conventions;

/// The headers that become tags, `http.request.header.{name}` and `http.response.header.{name}`; none by default.
///
/// `authorization`, `cookie`, `set-cookie` and `proxy-authorization` are left out even if they are named, unless
/// [`including_secrets`](Self::including_secrets) says that this is meant; so are values that are marked as sensitive.
///
/// ```
/// use tower_jaeger::{CapturedHeaders, ServerLayer};
///
/// let layer = ServerLayer::new().with_captured_headers(
///     CapturedHeaders::new().with_request(["x-request-id"]).with_response(["content-type"]),
/// );
/// ```
///
/// A name that is no header's is never found. A header that is there several times gives a list; in OpenTelemetry's words, any
/// does.
#[derive(Clone, Debug, Default)]
pub struct CapturedHeaders {
    request: Vec<Captured>,
    response: Vec<Captured>,
    secrets: bool,
}

/// A header and its tag.
#[derive(Clone, Debug)]
struct Captured {
    name: HeaderName,
    key: Key,
}

const SECRETS: [HeaderName; 4] = [
    http::header::AUTHORIZATION,
    http::header::COOKIE,
    http::header::SET_COOKIE,
    http::header::PROXY_AUTHORIZATION,
];

// === impl CapturedHeaders ===

impl CapturedHeaders {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// These of requests, in addition.
    #[must_use]
    pub fn with_request<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        capture_also(&mut self.request, "http.request.header.", names);
        self
    }

    /// These of responses, in addition.
    #[must_use]
    pub fn with_response<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        capture_also(&mut self.response, "http.response.header.", names);
        self
    }

    /// Those that hold secrets become tags as well, if they are named: whoever can see a trace can then take over a session.
    #[must_use]
    pub fn including_secrets(self) -> Self {
        Self { secrets: true, ..self }
    }

    pub(crate) fn of_request(&self, by: Conventions, headers: &HeaderMap, set: impl FnMut(KeyValue)) {
        self.capture(&self.request, by, headers, set);
    }

    pub(crate) fn of_response(&self, by: Conventions, headers: &HeaderMap, set: impl FnMut(KeyValue)) {
        self.capture(&self.response, by, headers, set);
    }

    fn capture(
        &self,
        wanted: &[Captured],
        by: Conventions,
        headers: &HeaderMap,
        mut set: impl FnMut(KeyValue),
    ) {
        for Captured { name, key } in
            wanted.iter().filter(|wanted| self.secrets || !SECRETS.contains(&wanted.name))
        {
            let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            let values = headers.get_all(name).iter().filter(|value| self.secrets || !value.is_sensitive());
            let mut values: Vec<StringValue> = values.map(|value| text(value).into()).collect();
            let value = match values.len() {
                0 => continue,
                1 if !by.has_opentelemetry() => values.pop().map(Value::String),
                _ => Some(Value::Array(Array::String(values))),
            };
            value.into_iter().for_each(|value| set(KeyValue::new(key.clone(), value)));
        }
    }
}

fn capture_also<'n>(captured: &mut Vec<Captured>, prefix: &str, names: impl IntoIterator<Item = &'n str>) {
    for name in names.into_iter().filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok()) {
        if captured.iter().all(|captured| captured.name != name) {
            captured.push(Captured { key: format!("{prefix}{name}").into(), name });
        }
    }
}
