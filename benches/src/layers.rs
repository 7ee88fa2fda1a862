//! A request through the server layer, over the bare service.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanProcessor},
};
use tower::{Layer, Service, service_fn};
use tower_jaeger::ServerLayer;

use crate::table::Table;

pub(crate) fn table() -> Table {
    let sampled = "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1";
    let unsampled = "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:0";
    let tracer = tracer();
    Table::new("Server layer on the OpenTelemetry SDK, no export")
        .entry("bare service", requests(service_fn(hello), sampled))
        .entry(
            "sampled parent",
            requests(ServerLayer::with_tracer(tracer.clone()).layer(service_fn(hello)), sampled),
        )
        .entry(
            "unsampled parent",
            requests(ServerLayer::with_tracer(tracer).layer(service_fn(hello)), unsampled),
        )
        .entry("no tracer installed", requests(ServerLayer::new().layer(service_fn(hello)), sampled))
}

fn hello(_: Request<Full<Bytes>>) -> Ready<Result<Response<Full<Bytes>>, Infallible>> {
    ready(Ok(Response::new(Full::from("hello"))))
}

/// A tracer that forgets its spans: what is left is the cost of making them.
fn tracer() -> SdkTracer {
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
    SdkTracerProvider::builder().with_sampler(sampler).with_span_processor(Forget).build().tracer("bench")
}

#[derive(Debug)]
struct Forget;

impl SpanProcessor for Forget {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &opentelemetry::Context) {}

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _: &Resource) {}
}

/// One request after the other: call, response, body to its end.
fn requests<S, B>(mut service: S, trace_header: &'static str) -> impl FnMut() -> usize
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: BodyExt<Data = Bytes>,
{
    move || {
        let request = Request::get("/users/731?token=x")
            .header("host", "example.com")
            .header("uber-trace-id", trace_header)
            .body(Full::default());
        let Ok(request) = request else { return 0 };
        let response = now(service.call(request));
        let body = response.map(|response| now(response.into_body().collect()));
        body.map_or(0, |body| body.map_or(0, |body| body.to_bytes().len()))
    }
}

/// The output of a future that never waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}
