//! `ServerLayer`: configuration.

use std::sync::Arc;

use jaeger_propagation::Propagator;
use opentelemetry::metrics::Meter;
use tower_layer::Layer;

use super::ServerSettings;
use crate::{
    DebugIds, GlobalTracer, RequestHead, ResponseHeader, Server, Trust,
    metrics::Metrics,
    request_span::Side,
    settings::{Settings, setters},
    shared::Shared,
    trust::TrustPolicy,
};

/// Makes every request a span: a server span, ChildOf the caller's.
///
/// For each request it
/// 1. extracts the span context and the baggage from the headers; a malformed trace header starts a new root, and never
///    fails the request;
/// 2. starts the span and makes it current for the inner service's `call`, for each poll of its future and for each
///    poll of the response body, so that spans made there are its children and calls made there carry its baggage;
/// 3. tags it with `span.kind`, `component`, `http.method`, `http.url`, `http.status_code`, and `error` from status 500
///    on; a gRPC call (a POST of its content type) with its status, from the trailers;
/// 4. ends it at the end of the response body, or when the caller goes away, with an [`Outcome`](crate::Outcome).
///
/// ```
/// use http::{Request, Response};
/// use opentelemetry::{Context, baggage::BaggageExt};
/// use tower::{Layer, Service, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut service = tower_jaeger::ServerLayer::new().layer(service_fn(async |_: Request<String>| {
///     let customer = Context::current().baggage().get("customer").map(|name| name.to_string());
///     Ok::<_, std::convert::Infallible>(Response::new(customer.unwrap_or_default()))
/// }));
/// let request = Request::builder().header("uberctx-customer", "Trom%20Chocolatier").body(String::new())?;
/// let response = service.ready().await?.call(request).await?;
/// # let body = http_body_util::BodyExt::collect(response.into_body()).await?.to_bytes();
/// # assert_eq!(body, "Trom Chocolatier");
/// # Ok(())
/// # }
/// ```
///
/// Cloning is cheap: the configuration is shared.
#[derive(Debug)]
pub struct ServerLayer<T = GlobalTracer> {
    shared: Arc<Shared<T, ServerSettings>>,
}

// === impl ServerLayer ===

impl ServerLayer {
    /// A layer with the global tracer, which is the one that `jaeger_client::Config::install` installs. Requests before
    /// that are not traced.
    pub fn new() -> Self {
        Self::with_tracer(GlobalTracer::default())
    }
}

impl<T> ServerLayer<T> {
    /// A layer with a tracer of one's own; no global is needed.
    pub fn with_tracer(tracer: T) -> Self {
        Self { shared: Shared::new(tracer) }
    }

    /// How headers are read: formats, names, limits and counters. The default is
    /// [`Propagator::global`] as that is at the first request: Jaeger's format, unless the program says something else.
    ///
    /// ```
    /// use jaeger_propagation::{Format, Propagator};
    /// use tower_jaeger::{ClientLayer, ServerLayer};
    ///
    /// // One propagator for both layers: one set of counters.
    /// let propagator = Propagator::both();
    /// let server = ServerLayer::new().with_propagator(propagator.clone());
    /// let client = ClientLayer::new().with_propagator(propagator.clone());
    /// assert_eq!(propagator.counters().extracted(Format::W3c), 0);
    /// ```
    #[must_use]
    pub fn with_propagator(mut self, propagator: Propagator) -> Self {
        self.settings().propagator = propagator.into();
        self
    }

    /// Which requests may ask for a debug trace by `jaeger-debug-id`; by default up to 100 a second.
    ///
    /// The sampler has to know of it: `jaeger-client` has one that does in front of every other. A foreign sampler is not
    /// overruled, and the root has no tag `jaeger-debug-id`.
    #[must_use]
    pub fn with_debug_ids(mut self, debug_ids: DebugIds) -> Self {
        self.own_settings().debug_ids = debug_ids;
        self
    }

    /// How far callers are believed about the trace; by default the span is ChildOf the caller's.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.own_settings().trust = TrustPolicy::Always(trust);
        self
    }

    /// How far a caller is believed, decided for each request.
    #[must_use]
    pub fn with_trust_by(
        mut self,
        policy: impl Fn(&RequestHead<'_>) -> Trust + Send + Sync + 'static,
    ) -> Self {
        self.own_settings().trust = TrustPolicy::By(Arc::new(policy));
        self
    }

    /// Believes what proxies in front say of the client: `Forwarded`, or `X-Forwarded-For`, `-Host` and `-Proto`. Not by default,
    /// because without such a proxy anybody can send them.
    ///
    /// Of several values the first counts, the farthest client's. It becomes OpenTelemetry's `client.address`, `server.*` and
    /// `url.scheme`; OpenTracing's `peer.*` are always the connection's.
    #[must_use]
    pub fn with_trusted_proxies(mut self) -> Self {
        self.settings().trusts_proxies = true;
        self
    }

    /// Tells the caller the trace in a header of the response; not by default.
    #[must_use]
    pub fn with_response_header(mut self, header: ResponseHeader) -> Self {
        self.settings().extras_mut().response_header = Some(header);
        self
    }

    /// Measures requests through a meter; not measured by default. Those that the filter leaves out are not measured.
    ///
    /// | Instrument | Attributes |
    /// |---|---|
    /// | `http.server.request.duration`, a histogram in seconds | `http.request.method`, `http.route`, `http.response.status_code`, `outcome`, `error.type` |
    /// | `rpc.server.call.duration`, the same of gRPC | `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `outcome`, `error.type` |
    /// | `http.server.active_requests` | `http.request.method` or `rpc.system.name` |
    ///
    /// The duration lasts to the end of the body, as the span's. No attribute holds what callers make up: methods that nobody
    /// knows are `_OTHER`.
    #[must_use]
    pub fn with_meter(mut self, meter: &Meter) -> Self {
        self.settings().extras_mut().metrics = Some(Metrics::new(meter, Side::Server));
        self
    }

    setters!();

    fn settings(&mut self) -> &mut Settings {
        &mut Arc::make_mut(&mut self.shared).settings
    }

    fn own_settings(&mut self) -> &mut ServerSettings {
        &mut Arc::make_mut(&mut self.shared).own
    }
}

impl Default for ServerLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for ServerLayer<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S, T> Layer<S> for ServerLayer<T> {
    type Service = Server<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Server::new(inner, Arc::clone(&self.shared))
    }
}
