//! `ClientLayer`: configuration.

use std::sync::Arc;

use jaeger_propagation::Propagator;
use opentelemetry::metrics::Meter;
use tower_layer::Layer;

use crate::{
    Client, GlobalTracer,
    metrics::Metrics,
    request_span::Side,
    settings::{Settings, setters},
    shared::Shared,
};

/// Makes every call a span: a client span, ChildOf the current one.
///
/// For each call it
/// 1. starts the span as ChildOf the span that is current when `call` is called, or a root if there is none;
/// 2. injects the span context and the baggage; what the request carried before of Jaeger's headers is replaced, so that
///    a forwarded or retried request never has two contexts;
/// 3. tags it with `span.kind`, `component`, `http.method`, `http.url`, `http.status_code`, and `error` from status 400
///    on; a gRPC call (a POST of its content type) with its status, from the trailers;
/// 4. ends it at the end of the response body, or when the response is dropped, with an [`Outcome`](crate::Outcome).
///
/// Under a retry layer each attempt is a span of its own.
///
/// ```
/// use http::{Request, Response};
/// use opentelemetry::{Context, KeyValue, baggage::BaggageExt, context::FutureExt};
/// use tower::{Layer, Service, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut client = tower_jaeger::ClientLayer::new().layer(service_fn(async |request: Request<String>| {
///     assert_eq!(request.headers()["uberctx-customer"], "Trom%20Chocolatier");
///     Ok::<_, std::convert::Infallible>(Response::new(String::new()))
/// }));
/// let baggage = Context::current().with_baggage([KeyValue::new("customer", "Trom Chocolatier")]);
/// let call = async { client.ready().await?.call(Request::new(String::new())).await };
/// call.with_context(baggage).await?;
/// # Ok(())
/// # }
/// ```
///
/// Cloning is cheap: the configuration is shared.
#[derive(Debug)]
pub struct ClientLayer<T = GlobalTracer> {
    shared: Arc<Shared<T, ()>>,
}

// === impl ClientLayer ===

impl ClientLayer {
    /// A layer with the global tracer, which is the one that `jaeger_client::Config::install` installs. Requests before
    /// that are not traced.
    pub fn new() -> Self {
        Self::with_tracer(GlobalTracer::default())
    }
}

impl<T> ClientLayer<T> {
    /// A layer with a tracer of one's own; no global is needed.
    pub fn with_tracer(tracer: T) -> Self {
        Self { shared: Shared::new(tracer) }
    }

    /// How headers are written: formats, names and counters. The default is
    /// [`Propagator::global`] as that is at the first request: Jaeger's format, unless the program says something else.
    #[must_use]
    pub fn with_propagator(mut self, propagator: Propagator) -> Self {
        self.settings().propagator = propagator.into();
        self
    }

    /// Measures requests through a meter; not measured by default. Those that the filter leaves out are not measured.
    ///
    /// | Instrument | Attributes |
    /// |---|---|
    /// | `http.client.request.duration`, a histogram in seconds | `http.request.method`, `http.route`, `http.response.status_code`, `outcome`, `error.type` |
    /// | `rpc.client.call.duration`, the same of gRPC | `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `outcome`, `error.type` |
    /// | `http.client.active_requests` | `http.request.method` or `rpc.system.name` |
    ///
    /// The duration lasts to the end of the body, as the span's. No attribute holds what callers make up: methods that nobody
    /// knows are `_OTHER`.
    #[must_use]
    pub fn with_meter(mut self, meter: &Meter) -> Self {
        self.settings().extras_mut().metrics = Some(Metrics::new(meter, Side::Client));
        self
    }

    setters!();

    fn settings(&mut self) -> &mut Settings {
        &mut Arc::make_mut(&mut self.shared).settings
    }
}

impl Default for ClientLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for ClientLayer<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S, T> Layer<S> for ClientLayer<T> {
    type Service = Client<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Client::new(inner, Arc::clone(&self.shared))
    }
}
