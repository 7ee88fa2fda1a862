//! A subject that is set up, with the spans that it has exported.

use axum::{Router, body::Body};
use http::{Request, Response};
use opentelemetry::{
    global,
    propagation::TextMapCompositePropagator,
    trace::{SpanKind, TracerProvider},
};
use opentelemetry_sdk::{
    propagation::{BaggagePropagator, TraceContextPropagator},
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tower::ServiceExt;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use crate::{app, subjects::Subject};

/// A subject that is set up.
pub struct Traced {
    http: Router,
    grpc: Router,
    exporter: InMemorySpanExporter,
}

impl Traced {
    /// Sets the globals of this process and puts the subject's layers around the application.
    pub fn install(subject: &Subject) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let formats = TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ]);
        global::set_text_map_propagator(formats);
        global::set_tracer_provider(provider.clone());
        let bridge = tracing_opentelemetry::layer().with_tracer(provider.tracer("tracing"));
        tracing_subscriber::registry().with(bridge).init();

        let app = app::router();
        let (http, grpc) = ((subject.http)(app.clone()), (subject.grpc)(app));
        Self { http, grpc, exporter }
    }

    /// Sends a request through the HTTP layer, or through the one for gRPC if that is what it is.
    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        let is_grpc = request.headers().get("content-type").is_some_and(|kind| kind == "application/grpc");
        let router = if is_grpc { &self.grpc } else { &self.http };
        let Ok(response) = router.clone().oneshot(request).await;
        response
    }

    /// The finished spans of the server side.
    pub fn server_spans(&self) -> Vec<SpanData> {
        self.spans().into_iter().filter(|span| span.span_kind == SpanKind::Server).collect()
    }

    /// The finished span with this name.
    pub fn named(&self, name: &str) -> Option<SpanData> {
        self.spans().into_iter().find(|span| span.name == name)
    }

    pub fn forget(&self) {
        self.exporter.reset();
    }

    fn spans(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().unwrap_or_default()
    }
}
