//! frontend → gRPC → HTTP: three services over real sockets, compared as a span tree.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, extract::State, routing::get};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    client::legacy::{Client as HyperClient, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use jaeger_backend::{Backend, Trace};
use jaeger_client::{Closer, Config};
use jaeger_thrift::TagValue;
use jaeger_tracer::JaegerTracer;
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{TraceContextExt, TracerProvider},
};
use tokio::net::TcpListener;
use tonic::{
    Status,
    transport::{Channel, Server as GrpcServer, server::TcpIncoming},
};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_jaeger::{Client, ClientLayer, ServerLayer};

use hello::{
    HelloReply, HelloRequest,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
};

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from examples/hello-tonic/proto/hello.proto")]
#[path = "../../examples/hello-tonic/src/generated/hello.rs"]
mod hello;

type HttpClient = Client<HyperClient<HttpConnector, Full<Bytes>>, JaegerTracer>;
type GrpcClient = GreeterClient<Client<Channel, JaegerTracer>>;

/// The three services, their tracers, and where their spans go.
struct Chain {
    backend: Backend,
    closers: Vec<Closer>,
    frontend: SocketAddr,
}

impl Chain {
    async fn start() -> Self {
        let backend = Backend::start().await.unwrap();
        let mut closers = Vec::new();
        let mut tracer = |service: &str, over_udp: bool| {
            let config = Config::new(service).with_logger(|_| {});
            let config = match over_udp {
                true => config.with_agent(backend.agent_addr().to_string()),
                false => config.with_collector_endpoint(backend.collector_endpoint()),
            };
            let (provider, closer) = config.build().unwrap();
            closers.push(closer);
            provider.tracer("test")
        };
        let route = serve_route(tracer("route", true)).await;
        let driver = serve_driver(tracer("driver", false), route).await;
        let frontend = serve_frontend(tracer("frontend", false), driver).await;
        Self { backend, closers, frontend }
    }

    /// Sends a request to the frontend; the answer is what the last service saw as its baggage.
    async fn get(&self, headers: &[(&'static str, &str)]) -> (u16, HeaderMap, String) {
        let client = HyperClient::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let mut request = Request::get(format!("http://{}/users/731?token=secret", self.frontend));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The trace of a request, after all three services have sent their spans.
    async fn trace(self, trace_id: &str) -> Trace {
        for closer in self.closers {
            let report =
                tokio::task::spawn_blocking(move || closer.close(Duration::from_secs(5))).await.unwrap();
            assert_eq!(report.lost, 0, "{report}");
        }
        self.backend.wait_for_trace(trace_id, 5, Duration::from_secs(10)).await.unwrap()
    }
}

async fn serve_frontend(tracer: JaegerTracer, driver: SocketAddr) -> SocketAddr {
    let channel = Channel::from_shared(format!("http://{driver}")).unwrap().connect().await.unwrap();
    let channel = ServiceBuilder::new().layer(ClientLayer::with_tracer(tracer.clone())).service(channel);
    let app = Router::new()
        .route("/users/{id}", get(frontend))
        .with_state(GreeterClient::new(channel))
        .layer(ServerLayer::with_tracer(tracer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// Adds baggage of its own and calls the driver.
async fn frontend(State(mut driver): State<GrpcClient>) -> (HeaderMap, String) {
    let context = Context::current();
    let trace_id = context.span().span_context().trace_id().to_string();
    let own = KeyValue::new("customer", "Rachel's Floral Designs + 100% ☃");
    let items = context.baggage().iter().map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
    let context = context.with_baggage(items.chain([own]).collect::<Vec<_>>());
    let reply = driver.say_hello(HelloRequest::default()).with_context(context).await;
    let headers = HeaderMap::from_iter([("x-trace-id".parse().unwrap(), trace_id.parse().unwrap())]);
    (headers, reply.unwrap().into_inner().message)
}

struct Driver {
    route: SocketAddr,
    client: HttpClient,
}

async fn serve_driver(tracer: JaegerTracer, route: SocketAddr) -> SocketAddr {
    let client = HyperClient::builder(TokioExecutor::new()).build_http();
    let client = ServiceBuilder::new().layer(ClientLayer::with_tracer(tracer.clone())).service(client);
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = incoming.local_addr().unwrap();
    let server = GrpcServer::builder()
        .layer(ServerLayer::with_tracer(tracer))
        .add_service(GreeterServer::new(Driver { route, client }));
    tokio::spawn(server.serve_with_incoming(incoming));
    address
}

#[tonic::async_trait]
impl Greeter for Driver {
    async fn say_hello(
        &self,
        _: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<HelloReply>, Status> {
        let request = Request::get(format!("http://{}/route", self.route)).body(Full::default()).unwrap();
        let response = self.client.clone().oneshot(request).await.unwrap();
        let message = response.into_body().collect().await.unwrap().to_bytes();
        Ok(tonic::Response::new(HelloReply { message: String::from_utf8(message.to_vec()).unwrap() }))
    }
}

async fn serve_route(tracer: JaegerTracer) -> SocketAddr {
    let service = ServiceBuilder::new().layer(ServerLayer::with_tracer(tracer)).service(service_fn(baggage));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Answers with the baggage, sorted.
async fn baggage(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let context = Context::current();
    let items = context.baggage().iter().map(|(key, (value, _))| format!("{key}={value}"));
    let mut items: Vec<_> = items.collect();
    items.sort();
    Ok(Response::new(Full::from(items.join("\n"))))
}

const TREE: &str = "\
frontend: HTTP GET /users/{id}
  frontend: hello.Greeter/SayHello
    driver: hello.Greeter/SayHello
      driver: HTTP GET
        route: HTTP GET
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_through_three_services() {
    let chain = Chain::start().await;
    let (status, headers, baggage) = chain.get(&[("jaeger-baggage", "session=4711")]).await;
    assert_eq!(status, 200);
    assert_eq!(baggage, "customer=Rachel's Floral Designs + 100% ☃\nsession=4711");
    let trace = chain.trace(headers["x-trace-id"].to_str().unwrap()).await;
    assert_eq!(trace.tree(), TREE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_s_trace_goes_on_with_its_flags_and_its_baggage() {
    let chain = Chain::start().await;
    let caller = [("uber-trace-id", "7b:1c8:0:b"), ("uberctx-session", "a%20b+c%2Bd")];
    let (status, headers, baggage) = chain.get(&caller).await;
    assert_eq!(status, 200);
    assert!(baggage.ends_with("\nsession=a b c+d"), "{baggage}");
    assert_eq!(headers["x-trace-id"], "0000000000000000000000000000007b");
    let trace = chain.trace("7b").await;
    assert_eq!(trace.tree(), TREE);
    assert!(trace.spans().iter().all(|span| span.span.flags == 0xb), "debug and firehose are kept");
    let frontend = trace.spans().iter().find(|span| span.operation() == "HTTP GET /users/{id}").unwrap();
    assert_eq!(frontend.parent_id(), Some(0x1c8));
    let url = TagValue::String("/users/731?token=REDACTED".to_owned());
    assert_eq!(frontend.tag("http.url"), Some(&url));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_header_is_a_new_root_and_no_error() {
    let chain = Chain::start().await;
    let (status, headers, _) = chain.get(&[("uber-trace-id", "%zz"), ("uberctx-session", "4711")]).await;
    assert_eq!(status, 200);
    let trace = chain.trace(headers["x-trace-id"].to_str().unwrap()).await;
    assert_eq!(trace.tree(), TREE);
}
