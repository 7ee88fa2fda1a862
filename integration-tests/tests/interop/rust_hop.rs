//! A hop of our own: axum and tonic servers with the server layer, hyper and tonic clients with the client layer.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper_util::{
    client::legacy::{Client as HyperClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use jaeger_client::{Closer, Config};
use jaeger_propagation::{JaegerState, Propagator, SpanContext};
use opentelemetry::{
    Context, KeyValue,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tonic::{
    Status,
    client::GrpcService,
    metadata::MetadataMap,
    transport::{Channel, Server as GrpcServer, server::TcpIncoming},
};
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_jaeger::{ClientLayer, ServerLayer};

use crate::{
    hello::{
        HelloReply, HelloRequest,
        greeter_client::GreeterClient,
        greeter_server::{Greeter, GreeterServer},
    },
    note::{Note, own_item},
};

/// A service that runs until its runtime ends.
pub(crate) struct RustHop {
    service: String,
    http: SocketAddr,
    grpc: SocketAddr,
    spans: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _closer: Closer,
}

#[derive(Clone)]
struct Hop {
    service: String,
    tracer: SdkTracer,
    propagator: Propagator,
    client: HyperClient<HttpConnector, Full<Bytes>>,
}

/// What a hop is asked.
#[derive(Deserialize, Serialize)]
pub(crate) struct Plan {
    pub(crate) next: Vec<String>,
}

/// The span that the client layer has injected, seen below the layer.
type Injected = Arc<Mutex<Option<SpanContext>>>;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

// === impl RustHop ===

impl RustHop {
    pub(crate) async fn start(service: &str, propagator: Propagator) -> Self {
        let spans = InMemorySpanExporter::default();
        let config = Config::new(service).with_logger(|_| {}).with_exporter("memory", spans.clone());
        let (provider, closer) = config.build_sdk().unwrap();
        let hop = Hop {
            service: service.to_owned(),
            tracer: provider.tracer("test"),
            propagator: propagator.clone(),
            client: HyperClient::builder(TokioExecutor::new()).build_http(),
        };
        let layer = ServerLayer::with_tracer(hop.tracer.clone()).with_propagator(propagator);

        let app = Router::new().route("/hop", post(serve_http)).with_state(hop.clone()).layer(layer.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });

        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let grpc = incoming.local_addr().unwrap();
        let server = GrpcServer::builder().layer(layer).add_service(GreeterServer::new(hop));
        tokio::spawn(server.serve_with_incoming(incoming));
        Self { service: service.to_owned(), http, grpc, spans, provider, _closer: closer }
    }

    pub(crate) fn http_url(&self) -> String {
        format!("http://{}/hop", self.http)
    }

    pub(crate) fn grpc_url(&self) -> String {
        format!("grpc://{}", self.grpc)
    }

    /// The spans that were reported, and whose.
    pub(crate) fn into_spans(self) -> (String, Vec<SpanData>) {
        // Not by closing: the exporter in memory forgets its spans then.
        self.provider.force_flush().unwrap();
        (self.service, self.spans.get_finished_spans().unwrap())
    }
}

async fn serve_http(
    State(hop): State<Hop>,
    headers: HeaderMap,
    Json(plan): Json<Plan>,
) -> Result<Json<Vec<Note>>, (StatusCode, String)> {
    let failed = |error: AnyError| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}"));
    hop.answer(&headers, plan).await.map(Json).map_err(failed)
}

#[tonic::async_trait]
impl Greeter for Hop {
    async fn say_hello(
        &self,
        request: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<HelloReply>, Status> {
        let (metadata, _, request) = request.into_parts();
        let answer = async {
            let plan = serde_json::from_str(&request.name)?;
            let notes = self.answer(metadata.as_ref(), plan).await?;
            Ok::<_, AnyError>(serde_json::to_string(&notes)?)
        };
        let message = answer.await.map_err(|error| Status::internal(format!("{error:?}")))?;
        Ok(tonic::Response::new(HelloReply { message }))
    }
}

// === impl Hop ===

impl Hop {
    async fn answer(&self, headers: &HeaderMap, plan: Plan) -> Result<Vec<Note>, AnyError> {
        let mut note = self.note(headers);
        let mut behind = Vec::new();
        let mut next = plan.next.into_iter();
        if let Some(url) = next.next() {
            let injected = Injected::default();
            let plan = Plan { next: next.collect() };
            let call = self.call(&url, plan, Arc::clone(&injected)).with_context(self.with_own_item());
            behind = call.await?;
            note.client_span_id = injected.lock().unwrap().map(|injected| injected.span_id.to_string());
        }
        behind.insert(0, note);
        Ok(behind)
    }

    /// What the current context says. The parent is what the header says: a span does not tell its parent.
    fn note(&self, headers: &HeaderMap) -> Note {
        let context = Context::current();
        let span = context.span().span_context().clone();
        let flags = JaegerState::flags_of(&context, span.trace_id()).unwrap_or_default();
        let caller = span_context_of(headers);
        let items = context.baggage().iter();
        Note {
            service: self.service.clone(),
            trace_id: span.trace_id().to_string(),
            span_id: span.span_id().to_string(),
            parent_id: caller.map(|caller| caller.span_id).unwrap_or_default().to_string(),
            sampled: span.is_sampled(),
            debug: flags.is_debug(),
            baggage: items.map(|(key, (value, _))| (key.to_string(), value.to_string())).collect(),
            client_span_id: None,
        }
    }

    fn with_own_item(&self) -> Context {
        let context = Context::current();
        let items =
            context.baggage().iter().map(|(key, (value, _))| KeyValue::new(key.clone(), value.clone()));
        let (key, value) = own_item(&self.service);
        context.with_baggage(items.chain([KeyValue::new(key, value)]).collect::<Vec<_>>())
    }

    /// As a client with our layer. It notes what the layer has injected.
    async fn call(&self, url: &str, plan: Plan, injected: Injected) -> Result<Vec<Note>, AnyError> {
        let layer = ClientLayer::with_tracer(self.tracer.clone()).with_propagator(self.propagator.clone());
        let layers = ServiceBuilder::new().layer(layer);
        let (for_http, for_grpc) = (look(Arc::clone(&injected)), look(injected));
        let http = layers.clone().map_request(for_http).service(self.client.clone());
        let grpc = |channel| layers.map_request(for_grpc).service(channel);
        ask(http, grpc, url, HeaderMap::new(), plan).await
    }
}

/// Sends a request from outside, without a span of its own.
pub(crate) async fn send(url: &str, headers: HeaderMap, plan: Plan) -> Result<Vec<Note>, AnyError> {
    let client = HyperClient::builder(TokioExecutor::new()).build_http();
    ask(client, |channel| channel, url, headers, plan).await
}

/// Asks the hop at a URL, over the protocol that it names.
async fn ask<H, B, G, C>(
    http: H,
    grpc: impl FnOnce(Channel) -> G,
    url: &str,
    mut headers: HeaderMap,
    plan: Plan,
) -> Result<Vec<Note>, AnyError>
where
    H: Service<Request<Full<Bytes>>, Response = http::Response<B>, Error: Into<AnyError>>,
    B: Body<Error: Into<AnyError>>,
    G: GrpcService<tonic::body::Body, ResponseBody = C>,
    G::Error: Into<AnyError>,
    C: Body<Data = Bytes, Error: Into<AnyError> + Send> + Send + 'static,
{
    let plan = serde_json::to_string(&plan)?;
    if let Some(address) = url.strip_prefix("grpc://") {
        let channel = Channel::from_shared(format!("http://{address}"))?.connect().await?;
        let mut request = tonic::Request::new(HelloRequest { name: plan });
        *request.metadata_mut() = MetadataMap::from_headers(headers);
        let reply = GreeterClient::new(grpc(channel)).say_hello(request).await?;
        return Ok(serde_json::from_str(&reply.into_inner().message)?);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut request = Request::post(url).body(Full::from(plan))?;
    *request.headers_mut() = headers;
    let answer = http.oneshot(request).await.map_err(Into::into)?.into_body();
    let answer = answer.collect().await.map_err(Into::into)?.to_bytes();
    serde_json::from_slice(&answer).map_err(|_| String::from_utf8_lossy(&answer).into())
}

/// Looks at a request below the client layer.
fn look<B>(injected: Injected) -> impl Fn(Request<B>) -> Request<B> + Clone {
    move |request| {
        *injected.lock().unwrap() = span_context_of(request.headers());
        request
    }
}

/// By a propagator of its own, whose counters are nobody's.
fn span_context_of(headers: &HeaderMap) -> Option<SpanContext> {
    Propagator::both().extract(headers).span_context
}
