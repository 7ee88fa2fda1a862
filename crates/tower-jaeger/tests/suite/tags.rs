//! Every tag of every kind of span, with its type, in each convention.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{convert::Infallible, net::SocketAddr};

use crate::support::{Frames, Then, Traced, data, frames, tag, trailers};
use http::{Request, Response, Version};
use http_body_util::BodyExt;
use opentelemetry::{
    Array, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;
use tower::{Layer, ServiceExt, service_fn};
use tower_jaeger::{CapturedHeaders, ClientLayer, Conventions, PeerAddress, ServerLayer};

const GRPC: (&str, &str) = ("content-type", "application/grpc");

/// An exchange, and the layers' settings for it.
struct Exchange {
    request: Request<String>,
    status: u16,
    trailers: &'static [(&'static str, &'static str)],
}

impl Exchange {
    fn new(method: &str, uri: &str, headers: &[(&str, &str)], status: u16) -> Self {
        let mut request = crate::support::request(method, uri, headers);
        request.extensions_mut().insert(PeerAddress(SocketAddr::from(([192, 0, 2, 1], 4711))));
        Self { request, status, trailers: &[] }
    }

    fn grpc(uri: &str, status: &'static [(&'static str, &'static str)]) -> Self {
        Self { trailers: status, ..Self::new("POST", uri, &[GRPC], 200) }
    }

    async fn server(self, layer: impl FnOnce(Layers) -> Layers) -> SpanData {
        self.span(layer, true).await
    }

    async fn client(self, layer: impl FnOnce(Layers) -> Layers) -> SpanData {
        self.span(layer, false).await
    }

    async fn span(self, layer: impl FnOnce(Layers) -> Layers, is_server: bool) -> SpanData {
        let traced = Traced::new();
        let layers = layer(Layers {
            server: ServerLayer::with_tracer(traced.tracer()),
            client: ClientLayer::with_tracer(traced.tracer()),
        });
        let Self { request, status, trailers: pairs } = self;
        let service = service_fn(move |_: Request<String>| async move {
            let body: Frames = match pairs {
                [] => frames([data("x")], Then::End),
                pairs => frames([data("x"), trailers(pairs)], Then::End),
            };
            let response =
                Response::builder().status(status).header("x-answer", "42").header("set-cookie", "s=1");
            Ok::<_, Infallible>(response.body(body).unwrap())
        });
        let response = match is_server {
            true => layers.server.layer(service).oneshot(request).await.unwrap(),
            false => layers.client.layer(service).oneshot(request).await.unwrap(),
        };
        response.into_body().collect().await.unwrap();
        traced.one()
    }
}

struct Layers {
    server: ServerLayer<crate::support::TestTracer>,
    client: ClientLayer<crate::support::TestTracer>,
}

impl Layers {
    fn with(self, conventions: Conventions) -> Self {
        Self {
            server: self.server.with_conventions(conventions),
            client: self.client.with_conventions(conventions),
        }
    }
}

/// `key: type = value`, sorted, below the name and whether the status is an error.
fn described(span: &SpanData) -> Vec<String> {
    let mut tags: Vec<_> = span
        .attributes
        .iter()
        .map(|tag| {
            let kind = match &tag.value {
                Value::Bool(_) => "bool",
                Value::I64(_) => "long",
                Value::F64(_) => "double",
                Value::String(_) => "string",
                Value::Array(Array::String(_)) => "strings",
                other => panic!("{other:?}"),
            };
            format!("{}: {kind} = {}", tag.key, tag.value)
        })
        .collect();
    tags.sort();
    let kind = match span.span_kind {
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        _ => "?",
    };
    let error = if span.status == Status::error("") { ", error" } else { "" };
    tags.insert(0, format!("{} ({kind}{error})", span.name));
    tags
}

fn http_server() -> Exchange {
    let headers = [("host", "[::1]:8080"), ("user-agent", "curl/8"), ("authorization", "Bearer secret")];
    Exchange::new("GET", "/users/731?token=secret&page=2", &headers, 503)
}

fn http_client() -> Exchange {
    Exchange::new("GET", "http://user:secret@example.com:8080/users/731?token=secret", &[], 404)
}

const HTTP_SERVER_OPENTRACING: [&str; 7] = [
    "component: string = tower",
    "error: bool = true",
    "http.method: string = GET",
    "http.status_code: long = 503",
    "http.url: string = /users/731?token=REDACTED&page=REDACTED",
    "peer.ipv4: string = 192.0.2.1",
    "peer.port: long = 4711",
];

const HTTP_SERVER_OPENTELEMETRY: [&str; 13] = [
    "client.address: string = 192.0.2.1",
    "error.type: string = 503",
    "http.request.method: string = GET",
    "http.response.status_code: long = 503",
    "network.peer.address: string = 192.0.2.1",
    "network.peer.port: long = 4711",
    "network.protocol.version: string = 1.1",
    "server.address: string = ::1",
    "server.port: long = 8080",
    "url.path: string = /users/731",
    "url.query: string = token=REDACTED&page=REDACTED",
    "url.scheme: string = http",
    "user_agent.original: string = curl/8",
];

const HTTP_CLIENT_OPENTRACING: [&str; 6] = [
    "component: string = tower",
    "error: bool = true",
    "http.method: string = GET",
    "http.status_code: long = 404",
    "http.url: string = http://REDACTED@example.com:8080/users/731?token=REDACTED",
    "peer.address: string = example.com:8080",
];

const HTTP_CLIENT_OPENTELEMETRY: [&str; 7] = [
    "error.type: string = 404",
    "http.request.method: string = GET",
    "http.response.status_code: long = 404",
    "network.protocol.version: string = 1.1",
    "server.address: string = example.com",
    "server.port: long = 8080",
    "url.full: string = http://REDACTED@example.com:8080/users/731?token=REDACTED",
];

fn expected(first: &str, tags: &[&[&str]]) -> Vec<String> {
    let mut tags: Vec<_> = tags.concat().into_iter().map(str::to_owned).collect();
    tags.sort();
    tags.insert(0, first.to_owned());
    tags
}

#[tokio::test]
async fn http_in_opentracing_s_words() {
    let span = http_server().server(|layers| layers).await;
    assert_eq!(described(&span), expected("HTTP GET (server, error)", &[&HTTP_SERVER_OPENTRACING]));
    let span = http_client().client(|layers| layers).await;
    assert_eq!(described(&span), expected("HTTP GET (client, error)", &[&HTTP_CLIENT_OPENTRACING]));
}

#[tokio::test]
async fn http_in_opentelemetry_s_words() {
    let layers = |layers: Layers| layers.with(Conventions::OpenTelemetry);
    let span = http_server().server(layers).await;
    assert_eq!(described(&span), expected("GET (server, error)", &[&HTTP_SERVER_OPENTELEMETRY]));
    let span = http_client().client(layers).await;
    assert_eq!(described(&span), expected("GET (client, error)", &[&HTTP_CLIENT_OPENTELEMETRY]));
}

#[tokio::test]
async fn http_in_both() {
    let layers = |layers: Layers| layers.with(Conventions::Both);
    let span = http_server().server(layers).await;
    let both: [&[&str]; 2] = [&HTTP_SERVER_OPENTRACING, &HTTP_SERVER_OPENTELEMETRY];
    assert_eq!(described(&span), expected("HTTP GET (server, error)", &both));
    let span = http_client().client(layers).await;
    let both: [&[&str]; 2] = [&HTTP_CLIENT_OPENTRACING, &HTTP_CLIENT_OPENTELEMETRY];
    assert_eq!(described(&span), expected("HTTP GET (client, error)", &both));
}

#[tokio::test]
async fn grpc_in_opentracing_s_words() {
    let span = Exchange::grpc("/a.B/C", &[("grpc-status", "0")]).server(|layers| layers).await;
    let tags = ["component: string = gRPC", "peer.ipv4: string = 192.0.2.1", "peer.port: long = 4711"];
    assert_eq!(described(&span), expected("a.B/C (server)", &[&tags]));

    let not_found = || Exchange::grpc("http://example.com:50051/a.B/C", &[("grpc-status", "5")]);
    let span = not_found().server(|layers| layers).await;
    let code = ["response_code: string = NotFound", "response_class: string = 4xx"];
    assert_eq!(described(&span), expected("a.B/C (server)", &[&tags, &code]), "no error of the server's");
    let span = not_found().client(|layers| layers).await;
    let tags = ["component: string = gRPC", "peer.address: string = example.com:50051", "error: bool = true"];
    assert_eq!(described(&span), expected("a.B/C (client, error)", &[&tags, &code]));

    let span = Exchange::new("POST", "/a.B/C", &[GRPC], 200).server(|layers| layers).await;
    let tags = [
        "component: string = gRPC",
        "error: bool = true",
        "outcome: string = missing-trailers",
        "peer.ipv4: string = 192.0.2.1",
        "peer.port: long = 4711",
    ];
    assert_eq!(described(&span), expected("gRPC (server, error)", &[&tags]), "the answer is no gRPC");
}

#[tokio::test]
async fn a_grpc_call_that_http_refuses_is_told_by_its_http_status() {
    for (status, server, client) in [(401, "", ", error"), (503, ", error", ", error")] {
        let refused = || Exchange::new("POST", "/a.B/C", &[GRPC], status);
        for (span, error) in [
            (refused().server(|layers| layers).await, server),
            (refused().client(|layers| layers).await, client),
        ] {
            let tags = described(&span);
            assert!(tags.first().unwrap().ends_with(&format!("{error})")), "{tags:?}");
            assert!(tags.contains(&format!("http.status_code: long = {status}")), "{tags:?}");
            assert_eq!(tag(&span, "outcome"), None, "no gRPC was promised");
        }
    }
}

#[tokio::test]
async fn a_client_s_port_is_that_of_the_scheme_where_none_is_said() {
    for (uri, port) in
        [("http://example.com/", 80), ("https://example.com/", 443), ("http://[::1]:8080/", 8080)]
    {
        let exchange = Exchange::new("GET", uri, &[], 200);
        let span = exchange.client(|layers| layers.with(Conventions::OpenTelemetry)).await;
        assert_eq!(tag(&span, "server.port"), Some(Value::from(port)), "{uri}");
    }
    let exchange = Exchange::new("GET", "/", &[("host", "example.com")], 200);
    let span = exchange.server(|layers| layers.with(Conventions::OpenTelemetry)).await;
    assert_eq!(tag(&span, "server.port"), None, "a proxy may have listened elsewhere");
}

#[tokio::test]
async fn a_grpc_method_that_is_not_there_names_no_operation() {
    let made_up = || Exchange::grpc("/made.Up/C4711", &[("grpc-status", "12")]);
    assert_eq!(made_up().server(|layers| layers).await.name, "gRPC");
    assert_eq!(
        made_up().client(|layers| layers).await.name,
        "made.Up/C4711",
        "a client's methods are its own"
    );
    let refused = Exchange::grpc("/a.B/C", &[("grpc-status", "16")]);
    assert_eq!(refused.server(|layers| layers).await.name, "a.B/C");
}

#[tokio::test]
async fn grpc_in_opentelemetry_s_words() {
    let layers = |layers: Layers| layers.with(Conventions::OpenTelemetry);
    let internal = || Exchange::grpc("http://example.com:50051/a.B/C", &[("grpc-status", "13")]);
    let common = [
        "error.type: string = INTERNAL",
        "rpc.method: string = a.B/C",
        "rpc.response.status_code: string = INTERNAL",
        "rpc.system.name: string = grpc",
        "server.address: string = example.com",
        "server.port: long = 50051",
    ];
    let span = internal().client(layers).await;
    assert_eq!(described(&span), expected("a.B/C (client, error)", &[&common]));
    let span = internal().server(layers).await;
    let peer = [
        "client.address: string = 192.0.2.1",
        "network.peer.address: string = 192.0.2.1",
        "network.peer.port: long = 4711",
    ];
    assert_eq!(described(&span), expected("a.B/C (server, error)", &[&common, &peer]));
    let span = Exchange::grpc("/a.B/C", &[("grpc-status", "0")]).client(layers).await;
    let ok = [
        "rpc.method: string = a.B/C",
        "rpc.response.status_code: string = OK",
        "rpc.system.name: string = grpc",
    ];
    assert_eq!(described(&span), expected("a.B/C (client)", &[&ok]));
}

#[tokio::test]
async fn an_unknown_method_is_other_and_its_word_only_in_opentelemetry_s_tag() {
    let layers = |layers: Layers| layers.with(Conventions::OpenTelemetry);
    let span = Exchange::new("PROPFIND-731", "/", &[], 200).server(layers).await;
    let tags = described(&span);
    assert_eq!(tags.first().unwrap(), "HTTP (server)");
    assert!(tags.contains(&"http.request.method: string = _OTHER".to_owned()), "{tags:?}");
    assert!(tags.contains(&"http.request.method_original: string = PROPFIND-731".to_owned()), "{tags:?}");
    let span = Exchange::new("PROPFIND-731", "/", &[], 200).server(|layers| layers).await;
    assert!(!described(&span).join("\n").contains("PROPFIND"), "{:?}", described(&span));
}

#[tokio::test]
async fn http_2_has_its_authority_and_its_version() {
    let mut exchange = Exchange::new("GET", "https://example.com/a", &[("host", "other.example")], 200);
    *exchange.request.version_mut() = Version::HTTP_2;
    let tags = described(&exchange.server(|layers| layers.with(Conventions::OpenTelemetry)).await);
    for tag in [
        "network.protocol.version: string = 2",
        "server.address: string = example.com",
        "url.scheme: string = https",
    ] {
        assert!(tags.contains(&tag.to_owned()), "{tag}: {tags:?}");
    }
}

#[tokio::test]
async fn proxies_are_believed_only_where_they_are_trusted() {
    let exchange = || {
        let headers =
            [("host", "inner"), ("x-forwarded-for", "198.51.100.7"), ("x-forwarded-host", "example.com")];
        Exchange::new("GET", "/", &headers, 200)
    };
    let tags = |span: &SpanData| described(span).join("\n");
    let layers = |layers: Layers| layers.with(Conventions::OpenTelemetry);
    let untrusting = tags(&exchange().server(layers).await);
    assert!(untrusting.contains("client.address: string = 192.0.2.1"), "{untrusting}");
    assert!(untrusting.contains("server.address: string = inner"), "{untrusting}");
    let trusting = exchange().server(|with| {
        let with = layers(with);
        Layers { server: with.server.with_trusted_proxies(), ..with }
    });
    let trusting = tags(&trusting.await);
    assert!(trusting.contains("client.address: string = 198.51.100.7"), "{trusting}");
    assert!(trusting.contains("network.peer.address: string = 192.0.2.1"), "{trusting}");
    assert!(trusting.contains("server.address: string = example.com"), "{trusting}");
}

#[tokio::test]
async fn headers_are_captured_from_a_list_and_secrets_only_by_a_second_word() {
    let exchange = || {
        let headers = [
            ("x-request-id", "4711"),
            ("cookie", "s=1"),
            ("accept", "a"),
            ("accept", "b"),
            ("x-other", "no"),
        ];
        Exchange::new("GET", "/", &headers, 200)
    };
    let capture = || {
        CapturedHeaders::new()
            .with_request(["X-Request-Id", "cookie", "accept", "not a header", "x-request-id"])
            .with_response(["x-answer", "set-cookie"])
    };
    let captured = |headers: CapturedHeaders| {
        exchange().server(|layers| Layers { server: layers.server.with_captured_headers(headers), ..layers })
    };
    let headers = |span: &SpanData| {
        described(span).into_iter().filter(|tag| tag.contains(".header.")).collect::<Vec<_>>()
    };
    let without_secrets = [
        r#"http.request.header.accept: strings = ["a","b"]"#,
        "http.request.header.x-request-id: string = 4711",
        "http.response.header.x-answer: string = 42",
    ];
    assert_eq!(headers(&captured(capture()).await), without_secrets);
    let all = headers(&captured(capture().including_secrets()).await);
    assert_eq!(all.len(), 5, "{all:?}");
    assert!(all.contains(&"http.request.header.cookie: string = s=1".to_owned()), "{all:?}");
    let in_opentelemetry_s_words = exchange().server(|layers| {
        let layers = layers.with(Conventions::OpenTelemetry);
        Layers { server: layers.server.with_captured_headers(capture()), ..layers }
    });
    let lists = headers(&in_opentelemetry_s_words.await);
    assert!(lists.iter().all(|tag| tag.contains(": strings = [")), "{lists:?}");
    assert_eq!(lists.len(), without_secrets.len());
}

#[tokio::test]
async fn a_value_that_is_marked_as_sensitive_is_a_secret() {
    let captured = async |headers: CapturedHeaders| {
        let traced = Traced::new();
        let service =
            service_fn(async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new())));
        let mut token = http::HeaderValue::from_static("s");
        token.set_sensitive(true);
        let mut request = crate::support::request("GET", "/", &[]);
        request.headers_mut().insert("x-token", token);
        let layer = ServerLayer::with_tracer(traced.tracer())
            .with_captured_headers(headers.with_request(["x-token"]));
        layer.layer(service).oneshot(request).await.unwrap().into_body().collect().await.unwrap();
        tag(&traced.one(), "http.request.header.x-token")
    };
    assert_eq!(captured(CapturedHeaders::new()).await, None);
    assert_eq!(captured(CapturedHeaders::new().including_secrets()).await, Some("s".into()));
}
