//! A unary call through a server layer around tonic's routes, over the routes alone.

use std::{
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use http::Request;
use tonic::{
    Response, Status,
    body::Body,
    server::{Grpc, NamedService, UnaryService},
    service::Routes,
};
use tonic_prost::ProstCodec;
use tower::{Layer, Service};
use tower_jaeger::ServerLayer;

use crate::{
    caller::{Caller, Header, SAMPLED, UNSAMPLED},
    operation::{Operation, Result},
    requests::{self, HELLO},
    table::Table,
    tracers::{Fastrace, Native, Sdk},
};

/// How many tags the spans have at least: the kind, the component and the name of the tracer. The method is the operation, and a
/// status that is OK is no tag.
const TAGS: usize = 3;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        table("gRPC server layer around tonic's routes, sampled parent", SAMPLED),
        table("gRPC server layer around tonic's routes, unsampled parent", UNSAMPLED),
    ]
}

fn table(title: &'static str, caller: Caller) -> Table {
    Table::new(title)
        .built_entry("bare routes", move || Ok(calls(routes(), caller.jaeger)))
        .built_entry("tower-jaeger, native tracer", move || {
            let native = Native::start(caller.samples_roots)?;
            let service = ServerLayer::with_tracer(native.tracer()).layer(routes());
            calls(service, caller.jaeger).verified(native, caller.expected().with_tags(TAGS))
        })
        .built_entry("tower-jaeger, OpenTelemetry SDK", move || {
            let sdk = Sdk::start(caller.samples_roots);
            let service = ServerLayer::with_tracer(sdk.tracer()).layer(routes());
            calls(service, caller.jaeger).verified(sdk, caller.expected().with_tags(TAGS))
        })
        .built_entry("fastrace-tonic, ends at the head", move || fastrace_tonic(caller))
}

fn fastrace_tonic(caller: Caller) -> Result<Operation> {
    let exports = Fastrace::install();
    let service = fastrace_tonic::FastraceServerLayer::default().layer(routes());
    calls(service, caller.w3c).verified(exports, caller.expected())
}

/// What tonic's server puts the layers around.
fn routes() -> Routes {
    Routes::new(Greeter)
}

/// Calls with a message, answered by a message and the status 0 in the trailers.
pub(crate) fn calls<S, B>(service: S, trace: Option<Header>) -> Operation
where
    S: Service<Request<Body>, Response = http::Response<B>> + 'static,
    B: http_body::Body<Data = bytes::Bytes>,
{
    let message = framed("731");
    let request = move || {
        let mut request = Request::post("http://example.com/bench.Greeter/Greet")
            .version(http::Version::HTTP_2)
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if let Some((name, value)) = trace {
            request = request.header(name, value);
        }
        request.body(Body::new(http_body_util::Full::from(message.clone())))
    };
    let answer = framed(HELLO);
    requests::answered(service, request, move |body| {
        let is_ok = body
            .trailers()
            .and_then(|trailers| trailers.get(Status::GRPC_STATUS))
            .is_some_and(|status| status == "0");
        is_ok && body.to_bytes() == answer
    })
}

/// A message with one field, a short text, behind its length as gRPC has it.
pub(crate) fn framed(text: &'static str) -> bytes::Bytes {
    let length = text.len() as u8;
    let head = [0, 0, 0, 0, length + 2, 0x0a, length];
    head.into_iter().chain(text.bytes()).collect()
}

/// What the generator would make of a service with one method.
#[derive(Clone, Copy, Debug)]
struct Greeter;

#[derive(Clone, Copy, Debug)]
struct Greet;

// === impl Greeter ===

impl NamedService for Greeter {
    const NAME: &'static str = "bench.Greeter";
}

impl Service<Request<Body>> for Greeter {
    type Response = http::Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<String, String>::default());
            Ok(grpc.unary(Greet, request).await)
        })
    }
}

// === impl Greet ===

impl UnaryService<String> for Greet {
    type Response = String;
    type Future = Ready<std::result::Result<Response<String>, Status>>;

    fn call(&mut self, request: tonic::Request<String>) -> Self::Future {
        let is_right = request.into_inner() == "731";
        ready(if is_right { Ok(Response::new(HELLO.to_owned())) } else { Err(Status::not_found("")) })
    }
}
