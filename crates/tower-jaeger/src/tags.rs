//! Every tag that the layers write: the one place that knows their names.
//!
//! OpenTracing's names and types are those of its semantic conventions and of the Go middlewares (go-stdlib `nethttp`
//! for HTTP, `otgrpc` for gRPC); OpenTelemetry's are those of its semantic conventions for HTTP spans and RPC spans. `span.kind` is
//! not here: it is the span's own kind, which exporters write out.

use http::{HeaderMap, Method, StatusCode, Uri, Version, header::USER_AGENT};
use opentelemetry::{KeyValue, StringValue, trace::SpanRef};

use crate::{
    Conventions, Outcome, RequestHead, ResendCount, grpc,
    operation_name::{self, route},
    peer,
    protocol::Protocol,
    request_span::Side,
    settings::Settings,
    tag_sink::TagSink,
    target::Target,
    url,
};

/// Names, by convention.
mod opentracing {
    pub(super) const COMPONENT: &str = "component";
    pub(super) const HTTP_METHOD: &str = "http.method";
    pub(super) const HTTP_URL: &str = "http.url";
    pub(super) const HTTP_STATUS_CODE: &str = "http.status_code";
    pub(super) const MESSAGE: &str = "message";
    pub(super) const PEER_ADDRESS: &str = "peer.address";
    pub(super) const PEER_IPV4: &str = "peer.ipv4";
    pub(super) const PEER_IPV6: &str = "peer.ipv6";
    pub(super) const PEER_PORT: &str = "peer.port";
    pub(super) const RESPONSE_CODE: &str = "response_code";
    pub(super) const RESPONSE_CLASS: &str = "response_class";
    pub(super) const ERROR: &str = "error";
}

mod opentelemetry_names {
    pub(super) const CLIENT_ADDRESS: &str = "client.address";
    pub(crate) const ERROR_TYPE: &str = "error.type";
    pub(crate) const HTTP_REQUEST_METHOD: &str = "http.request.method";
    pub(super) const EXCEPTION_MESSAGE: &str = "exception.message";
    pub(super) const HTTP_REQUEST_METHOD_ORIGINAL: &str = "http.request.method_original";
    pub(super) const HTTP_REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
    pub(crate) const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
    pub(crate) const HTTP_ROUTE: &str = "http.route";
    pub(super) const NETWORK_PEER_ADDRESS: &str = "network.peer.address";
    pub(super) const NETWORK_PEER_PORT: &str = "network.peer.port";
    pub(super) const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
    pub(crate) const RPC_METHOD: &str = "rpc.method";
    pub(crate) const RPC_RESPONSE_STATUS_CODE: &str = "rpc.response.status_code";
    pub(crate) const RPC_SYSTEM_NAME: &str = "rpc.system.name";
    pub(super) const SERVER_ADDRESS: &str = "server.address";
    pub(super) const SERVER_PORT: &str = "server.port";
    pub(super) const URL_FULL: &str = "url.full";
    pub(super) const URL_PATH: &str = "url.path";
    pub(super) const URL_QUERY: &str = "url.query";
    pub(super) const URL_SCHEME: &str = "url.scheme";
    pub(super) const USER_AGENT_ORIGINAL: &str = "user_agent.original";
}

/// Those that metrics have too.
pub(crate) use opentelemetry_names::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, RPC_METHOD,
    RPC_RESPONSE_STATUS_CODE, RPC_SYSTEM_NAME,
};

/// How the request ended, in every convention.
pub(crate) const OUTCOME: &str = "outcome";

/// What stands for a word that anybody can make up.
pub(crate) const OTHER: &str = "_OTHER";

/// The tags of one request's span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tags {
    pub(crate) conventions: Conventions,
    pub(crate) side: Side,
    pub(crate) protocol: Protocol,
}

/// What is known at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    /// `None` if there was no response.
    pub(crate) status: Option<StatusCode>,
    pub(crate) grpc_status: Option<grpc::Status>,
    /// Whether the gRPC method is one that is there, and not one that the caller made up.
    pub(crate) is_method_known: bool,
}

// === impl Tags ===

impl Tags {
    /// What is the same in all spans of such tags and such a method.
    pub(crate) fn at_first(self, method: &Method, tags: &mut TagSink<'_>) {
        let method = operation_name::method(method);
        if self.conventions.has_opentracing() {
            match self.protocol {
                Protocol::Grpc => tags.word(opentracing::COMPONENT, "gRPC"),
                Protocol::Http => {
                    tags.word(opentracing::COMPONENT, "tower");
                    tags.word(opentracing::HTTP_METHOD, method);
                }
            }
        }
        if self.conventions.has_opentelemetry() {
            match self.protocol {
                Protocol::Grpc => tags.word(opentelemetry_names::RPC_SYSTEM_NAME, "grpc"),
                Protocol::Http => tags.word(opentelemetry_names::HTTP_REQUEST_METHOD, method),
            }
        }
    }

    /// A number for those spans.
    pub(crate) fn first_number(self, method: &Method) -> u32 {
        let method = match self.protocol {
            Protocol::Grpc => 0,
            Protocol::Http => operation_name::method_number(method),
        };
        let conventions = match self.conventions {
            Conventions::OpenTracing => 0,
            Conventions::OpenTelemetry => 1,
            Conventions::Both => 2,
        };
        1 + conventions + 3 * method
    }

    /// What else is known when the span starts.
    pub(crate) fn at_start(self, request: &RequestHead<'_>, settings: &Settings, tags: &mut TagSink<'_>) {
        if self.conventions.has_opentracing() {
            self.opentracing_at_start(request, tags);
        }
        if self.conventions.has_opentelemetry() {
            let target = Target::of(request, settings.trusts_proxies);
            self.opentelemetry_at_start(request, target, tags);
        }
        // OpenTracing has no word for it.
        if let (Side::Client, Some(ResendCount(count))) = (self.side, request.extensions.get()) {
            tags.long(opentelemetry_names::HTTP_REQUEST_RESEND_COUNT, (*count).into());
        }
        if let Some(captured) = settings.captured_headers() {
            captured.of_request(self.conventions, request.headers, |tag| tags.key_value(tag));
        }
    }

    fn opentracing_at_start(self, request: &RequestHead<'_>, tags: &mut TagSink<'_>) {
        use opentracing as name;
        if self.protocol == Protocol::Http {
            let uri = url::of(self.side, request);
            match url::as_it_is(uri) {
                Some(path) => tags.text(name::HTTP_URL, path),
                None => tags.written(name::HTTP_URL, |text| url::write_redacted(uri, text)),
            }
        }
        match self.side {
            Side::Server => {
                let Some(peer) = peer::of(request.extensions) else { return };
                let ip = peer.ip().to_canonical();
                let key = if ip.is_ipv4() { name::PEER_IPV4 } else { name::PEER_IPV6 };
                tags.displayed(key, &ip);
                tags.long(name::PEER_PORT, peer.port().into());
            }
            Side::Client => {
                let Some(authority) = request.uri.authority() else { return };
                let address = authority.as_str().rsplit('@').next().unwrap_or_default();
                tags.text(name::PEER_ADDRESS, address);
            }
        }
    }

    fn opentelemetry_at_start(self, request: &RequestHead<'_>, target: Target, tags: &mut TagSink<'_>) {
        use opentelemetry_names as name;
        if let Some(host) = target.host {
            tags.text(name::SERVER_ADDRESS, &host);
            // What a server's caller has left out may have been a proxy's.
            let port =
                target.port.or_else(|| default_port(request.uri).filter(|_| self.side == Side::Client));
            if let Some(port) = port {
                tags.long(name::SERVER_PORT, port.into());
            }
        }
        if self.protocol == Protocol::Grpc {
            tags.some_text(name::RPC_METHOD, operation_name::grpc_method(request.uri.path()));
        } else {
            let method = operation_name::method(request.method);
            if method != request.method.as_str() {
                tags.text(name::HTTP_REQUEST_METHOD_ORIGINAL, request.method.as_str());
            }
            tags.some_text(name::NETWORK_PROTOCOL_VERSION, version(request.version));
        }
        match (self.side, self.protocol) {
            (Side::Client, Protocol::Http) => {
                tags.written(name::URL_FULL, |text| url::write_redacted(request.uri, text));
            }
            (Side::Server, Protocol::Http) => {
                let uri = url::of(self.side, request);
                tags.text(name::URL_SCHEME, target.scheme.as_deref().unwrap_or("http"));
                tags.text(name::URL_PATH, uri.path());
                if let Some(query) = uri.query() {
                    tags.written(name::URL_QUERY, |text| url::write_redacted_query(query, text));
                }
                tags.some_text(name::HTTP_ROUTE, route(self.side, request));
                tags.some_text(name::USER_AGENT_ORIGINAL, user_agent(request.headers));
            }
            (_, Protocol::Grpc) => {}
        }
        if self.side == Side::Server {
            tags.some_text(name::CLIENT_ADDRESS, target.client.as_deref());
            if let Some(peer) = peer::of(request.extensions) {
                tags.displayed(name::NETWORK_PEER_ADDRESS, &peer.ip().to_canonical());
                tags.long(name::NETWORK_PEER_PORT, peer.port().into());
            }
        }
    }

    /// The status of an HTTP response. That of a gRPC response is always 200; any other is told.
    fn at_http_status(self, status: StatusCode, tags: &mut TagSink<'_>) {
        if self.protocol == Protocol::Grpc && status == StatusCode::OK {
            return;
        }
        let status = i64::from(status.as_u16());
        if self.conventions.has_opentracing() {
            tags.long(opentracing::HTTP_STATUS_CODE, status);
        }
        if self.conventions.has_opentelemetry() {
            tags.long(opentelemetry_names::HTTP_RESPONSE_STATUS_CODE, status);
        }
    }

    /// The status of a gRPC response; OpenTracing's middleware says only one that is not OK.
    fn at_grpc_status(self, status: grpc::Status, tags: &mut TagSink<'_>) {
        if self.conventions.has_opentracing() && !status.is_ok() {
            tags.word(opentracing::RESPONSE_CODE, status.name());
            tags.word(opentracing::RESPONSE_CLASS, status.class());
        }
        if self.conventions.has_opentelemetry() {
            tags.word(opentelemetry_names::RPC_RESPONSE_STATUS_CODE, status.upper_name());
        }
    }

    /// The status, how the request ended unless it just completed, and whether that is an error.
    pub(crate) fn at_end(self, end: &End, tags: &mut TagSink<'_>) {
        if let Some(status) = end.status {
            self.at_http_status(status, tags);
        }
        if let Some(status) = end.grpc_status {
            self.at_grpc_status(status, tags);
        }
        if end.outcome != Outcome::Completed {
            tags.word(OUTCOME, end.outcome.as_str());
        }
        let Some(error_type) = self.error_type(end) else { return };
        if self.conventions.has_opentracing() {
            tags.truth(opentracing::ERROR, true);
        }
        if self.conventions.has_opentelemetry() {
            tags.text(opentelemetry_names::ERROR_TYPE, error_type.as_str());
        }
        tags.fail();
    }

    /// An error as a log: `event=error` with `message`, as `otgrpc` has it, or OpenTelemetry's `exception`.
    pub(crate) fn log_error(self, span: &SpanRef<'_>, message: String) {
        let (event, key) = match self.conventions {
            Conventions::OpenTelemetry => ("exception", opentelemetry_names::EXCEPTION_MESSAGE),
            Conventions::OpenTracing | Conventions::Both => ("error", opentracing::MESSAGE),
        };
        span.add_event(event, vec![KeyValue::new(key, message)]);
    }

    /// What kind of error the request ended with, as a word of low cardinality; `None` if with none.
    pub(crate) fn error_type(self, end: &End) -> Option<StringValue> {
        let grpc_error = end.grpc_status.filter(|status| self.is_grpc_error(*status));
        let http_error = end.status.filter(|status| self.is_http_error(*status));
        match (end.outcome.is_error(), grpc_error, http_error) {
            (true, ..) => Some(end.outcome.as_str().into()),
            (_, Some(status), _) => Some(status.upper_name().into()),
            (_, _, Some(status)) => Some(status.as_u16().to_string().into()),
            _ => None,
        }
    }

    /// Whether an HTTP status is an error: from 500 on for a server, from 400 on for a client (the Go middleware says 500
    /// there too; a client whose request was refused has failed).
    fn is_http_error(self, status: StatusCode) -> bool {
        match self.side {
            Side::Server => status.as_u16() >= 500,
            Side::Client => status.as_u16() >= 400,
        }
    }

    /// Whether a gRPC status is an error: only the `5xx` class for a server, anything but OK for a client, as `otgrpc`.
    fn is_grpc_error(self, status: grpc::Status) -> bool {
        match self.side {
            Side::Server => status.class() == "5xx",
            Side::Client => !status.is_ok(),
        }
    }
}

/// The port that a URI without one means.
fn default_port(uri: &Uri) -> Option<u16> {
    match uri.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(USER_AGENT)?.to_str().ok()
}
