//! A call through a client layer to a service in this process that answers at once, made within a sampled span.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use bytes::Bytes;
use fastrace::{collector::SpanContext, prelude::Span};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, combinators::WithTrailers};
use opentelemetry::{
    Context as Current,
    trace::{TraceContextExt, Tracer},
};
use tonic::Status;
use tower::{Layer, Service};
use tower_jaeger::ClientLayer;

use crate::{
    grpc,
    operation::{Expected, Operation, Result},
    requests::{self, HELLO},
    table::Table,
    tracers::{Exports, Fastrace, Native, Sdk},
};

/// How many tags the spans have at least; of gRPC they are so few.
const TAGS: usize = 4;

const UBER_TRACE_ID: &str = "uber-trace-id";
const TRACEPARENT: &str = "traceparent";

/// What a service answers that reads nothing but, if it is to check that, one header.
struct Answer<B> {
    needs: Option<&'static str>,
    answer: fn() -> Response<B>,
}

type GrpcBody = WithTrailers<Full<Bytes>, Ready<Option<std::result::Result<HeaderMap, Infallible>>>>;

pub(crate) fn tables() -> Vec<Table> {
    vec![http(), grpc()]
}

fn http() -> Table {
    let service = Answer { needs: None, answer: hello };
    Table::new("HTTP client layer over a service that answers at once, in a sampled span")
        .built_entry("bare service", move || Ok(requests::http(service, None)))
        .built_entry("tower-jaeger, native tracer", move || {
            service.checked(UBER_TRACE_ID, |service| {
                let native = Native::start(true)?;
                let tracer = native.tracer();
                let client = ClientLayer::with_tracer(tracer.clone()).layer(service);
                in_span(requests::http(client, None), &tracer, native)
            })
        })
        .built_entry("tower-jaeger, OpenTelemetry SDK", move || {
            service.checked(UBER_TRACE_ID, |service| {
                let sdk = Sdk::start(true);
                let tracer = sdk.tracer();
                let client = ClientLayer::with_tracer(tracer.clone()).layer(service);
                in_span(requests::http(client, None), &tracer, sdk)
            })
        })
        .built_entry("fastrace-tower, the header alone, no span", move || {
            service.checked(TRACEPARENT, |service| {
                let client = fastrace_tower::FastraceClientLayer.layer(service);
                Ok(in_fastrace_span(requests::http(client, None)))
            })
        })
}

fn grpc() -> Table {
    let service = Answer { needs: None, answer: grpc_hello };
    Table::new("gRPC client layer over a service that answers at once, in a sampled span")
        .built_entry("bare service", move || Ok(grpc::calls(service, None)))
        .built_entry("tower-jaeger, native tracer", move || {
            service.checked(UBER_TRACE_ID, |service| {
                let native = Native::start(true)?;
                let tracer = native.tracer();
                let client = ClientLayer::with_tracer(tracer.clone()).layer(service);
                in_span(grpc::calls(client, None), &tracer, native)
            })
        })
        .built_entry("tower-jaeger, OpenTelemetry SDK", move || {
            service.checked(UBER_TRACE_ID, |service| {
                let sdk = Sdk::start(true);
                let tracer = sdk.tracer();
                let client = ClientLayer::with_tracer(tracer.clone()).layer(service);
                in_span(grpc::calls(client, None), &tracer, sdk)
            })
        })
        .built_entry("fastrace-tonic, the header alone, no span", move || {
            service.checked(TRACEPARENT, |service| {
                let client = fastrace_tonic::FastraceClientLayer.layer(service);
                Ok(in_fastrace_span(grpc::calls(client, None)))
            })
        })
}

/// The calls of a span, whose children their spans have to be.
fn in_span<T>(operation: Operation, tracer: &T, exports: impl Exports + 'static) -> Result<Operation>
where
    T: Tracer<Span: Send + Sync + 'static>,
{
    let current = Current::new().with_span(tracer.start_with_context("caller", &Current::new()));
    let caller = current.span().span_context().clone();
    let expected = Expected {
        spans: 1,
        parent_id: u64::from_be_bytes(caller.span_id().to_bytes()),
        trace_id: Some(u128::from_be_bytes(caller.trace_id().to_bytes())),
        tags: TAGS,
    };
    operation.within(move || current.clone().attach()).verified(exports, expected)
}

fn in_fastrace_span(operation: Operation) -> Operation {
    Fastrace::install();
    let caller = Span::root("caller", SpanContext::random());
    operation.within(move || caller.set_local_parent())
}

fn hello() -> Response<Full<Bytes>> {
    Response::new(Full::from(HELLO))
}

fn grpc_hello() -> Response<GrpcBody> {
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = Full::from(grpc::framed(HELLO)).with_trailers(ready(Some(Ok(trailers))));
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}

// === impl Answer ===

impl<B> Clone for Answer<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Answer<B> {}

impl<B> Answer<B> {
    /// The operation, of which a copy has shown that the header comes.
    fn checked(self, header: &'static str, build: impl Fn(Self) -> Result<Operation>) -> Result<Operation> {
        let mut copy = build(Self { needs: Some(header), ..self })?;
        copy.run(1);
        copy.spans()?;
        build(self)
    }
}

impl<Q, B> Service<Request<Q>> for Answer<B> {
    type Response = Response<B>;
    type Error = Infallible;
    type Future = Ready<std::result::Result<Response<B>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let mut response = (self.answer)();
        if self.needs.is_some_and(|header| !request.headers().contains_key(header)) {
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
        }
        ready(Ok(response))
    }
}
