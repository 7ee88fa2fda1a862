//! A request through a server layer in an axum router, over the bare router: ours beside the other layers.

use std::{
    convert::Infallible,
    error::Error,
    net::UdpSocket,
    num::NonZeroU64,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use http::Request;
use http_body_util::BodyExt;
use jaeger_exporter::BatchSender;
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter},
};
use tower::Service;
use tower_jaeger::ServerLayer;

use crate::table::Table;

/// The trace headers of a request, for those who read Jaeger's and for those who read W3C's.
#[derive(Clone, Copy)]
struct Caller {
    jaeger: Option<(&'static str, &'static str)>,
    w3c: Option<(&'static str, &'static str)>,
}

const SAMPLED: Caller = Caller {
    jaeger: Some(("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1")),
    w3c: Some(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
};

const UNSAMPLED: Caller = Caller {
    jaeger: Some(("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:0")),
    w3c: Some(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")),
};

const NONE: Caller = Caller { jaeger: None, w3c: None };

pub(crate) fn tables() -> Result<[Table; 3], Box<dyn Error>> {
    // The peers ask for the global tracer when they are made, and ours would be asked for later.
    let sdk = sdk();
    global::set_tracer_provider(sdk.clone());
    global::set_text_map_propagator(TraceContextPropagator::new());
    fastrace::set_reporter(Forget, fastrace::collector::Config::default());
    Ok([
        table("HTTP server layer in an axum router, sampled parent", SAMPLED, &sdk)?,
        table("HTTP server layer in an axum router, unsampled parent", UNSAMPLED, &sdk)?,
        table("HTTP server layer in an axum router, no trace header", NONE, &sdk)?,
    ])
}

fn table(title: &'static str, caller: Caller, sdk: &SdkTracerProvider) -> Result<Table, Box<dyn Error>> {
    let native = native()?;
    let (flushed, sdk_flushed, peer_flushed) = (native.clone(), sdk.clone(), sdk.clone());
    let ours = ServerLayer::with_tracer(native.tracer("bench"));
    let on_sdk = ServerLayer::with_tracer(sdk.tracer("bench"));
    let peer = opentelemetry_instrumentation_tower::http::server::Layer::new();
    let table = Table::new(title)
        .entry("bare router", requests(router(), caller.jaeger))
        .settling_entry(
            "tower-jaeger, native tracer",
            requests(router().layer(ours), caller.jaeger),
            move || {
                let _ = flushed.flush(Duration::from_secs(5));
            },
        )
        .settling_entry(
            "tower-jaeger, OpenTelemetry SDK",
            requests(router().layer(on_sdk), caller.jaeger),
            move || {
                let _ = sdk_flushed.force_flush();
            },
        )
        .settling_entry(
            "fastrace-tower (no tag, ends at the head)",
            requests(router().layer(fastrace_tower::FastraceServerLayer::default()), caller.w3c),
            fastrace::flush,
        )
        .settling_entry(
            "opentelemetry-instrumentation-tower",
            requests(router().layer(peer), caller.w3c),
            move || {
                let _ = peer_flushed.force_flush();
            },
        );
    Ok(table)
}

fn router() -> Router {
    Router::new().route("/users/{id}", get(async || "hello"))
}

/// Its spans go to an agent that nobody reads from: the system drops what it has no room for.
fn native() -> Result<JaegerTracerProvider, Box<dyn Error>> {
    let agent = UdpSocket::bind(("127.0.0.1", 0))?;
    let sender = BatchSender::agent(&agent.local_addr()?.to_string())?.with_bytes_per_second(NonZeroU64::MAX);
    // As long as the program runs.
    std::mem::forget(agent);
    Ok(JaegerTracerProvider::builder(sender).build())
}

fn sdk() -> SdkTracerProvider {
    SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_span_processor(BatchSpanProcessor::builder(Forget).build())
        .build()
}

/// Takes spans and forgets them: what is left is the cost of making them and handing them over.
#[derive(Debug)]
struct Forget;

impl SpanExporter for Forget {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

impl fastrace::collector::Reporter for Forget {
    fn report(&mut self, _: Vec<fastrace::collector::SpanRecord>) {}
}

/// One request after the other: call, response, body to its end.
fn requests(mut router: Router, trace: Option<(&'static str, &'static str)>) -> impl FnMut() -> usize {
    move || {
        let mut request = Request::get("/users/731").header("host", "example.com").header("accept", "*/*");
        if let Some((name, value)) = trace {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Body::empty()) else { return 0 };
        let response: Result<_, Infallible> = now(router.call(request));
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
