//! The two ends of a request, and what their spans say.

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use hyper_util::{
    client::legacy::{Client as HyperClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Value,
    trace::{SpanKind, TracerProvider},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use tower::Layer;
use tower_jaeger::{Client, ClientLayer, Outcome, ServerLayer};

pub(crate) type HttpClient<B> = Client<HyperClient<HttpConnector, B>, SdkTracer>;

/// How long a test keeps a stream open.
const HOLD: Duration = Duration::from_millis(300);

/// One end: its tracer, its finished spans, and what its hooks were told. They see a second end, which the SDK would ignore.
pub(crate) struct End {
    provider: SdkTracerProvider,
    spans: InMemorySpanExporter,
    started: Arc<AtomicUsize>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

/// The server and its client.
pub(crate) struct Ends {
    pub(crate) server: End,
    pub(crate) client: End,
}

/// A span that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: SpanData,
    outcome: Outcome,
}

/// A time that lies within the life of a request.
pub(crate) struct Held {
    from: SystemTime,
    to: SystemTime,
}

// === impl End ===

impl End {
    fn new() -> Self {
        let spans = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
        Self { provider, spans, started: Arc::default(), outcomes: Arc::default() }
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("test")
    }

    pub(crate) fn server_layer(&self) -> ServerLayer<SdkTracer> {
        let (started, outcomes) = (Arc::clone(&self.started), Arc::clone(&self.outcomes));
        ServerLayer::with_tracer(self.tracer())
            .with_on_request(move |_, _| _ = started.fetch_add(1, Ordering::SeqCst))
            .with_on_end(move |outcome, _| outcomes.lock().unwrap().push(outcome))
    }

    pub(crate) fn client_layer(&self) -> ClientLayer<SdkTracer> {
        let (started, outcomes) = (Arc::clone(&self.started), Arc::clone(&self.outcomes));
        ClientLayer::with_tracer(self.tracer())
            .with_on_request(move |_, _| _ = started.fetch_add(1, Ordering::SeqCst))
            .with_on_end(move |outcome, _| outcomes.lock().unwrap().push(outcome))
    }

    /// hyper-util's client within the client's layer.
    pub(crate) fn http_client<B>(&self) -> HttpClient<B>
    where
        B: http_body::Body<Data: Send> + Send,
    {
        self.client_layer().layer(HyperClient::builder(TokioExecutor::new()).build_http())
    }

    /// The same, for HTTP/2 without a negotiation.
    pub(crate) fn http2_client<B>(&self) -> HttpClient<B>
    where
        B: http_body::Body<Data: Send> + Send,
    {
        let client = HyperClient::builder(TokioExecutor::new()).http2_only(true).build_http();
        self.client_layer().layer(client)
    }

    /// So many requests have come.
    pub(crate) async fn started(&self, requests: usize) {
        wait_until(|| self.started.load(Ordering::SeqCst) >= requests, || "no request").await;
    }

    /// How requests have ended, in order.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().unwrap().clone()
    }

    /// The one span of a request, once it has ended.
    pub(crate) async fn ended(&self) -> Ended {
        wait_until(|| !self.requests().is_empty(), || format!("no span ended: {:?}", self.all())).await;
        self.one()
    }

    /// Nothing has ended yet.
    #[track_caller]
    pub(crate) fn assert_open(&self) {
        assert!(self.requests().is_empty(), "ended too early: {:?}", self.requests());
    }

    /// The spans that are not a request's own.
    pub(crate) fn inner(&self) -> Vec<SpanData> {
        self.all().into_iter().filter(|span| span.span_kind == SpanKind::Internal).collect()
    }

    #[track_caller]
    fn one(&self) -> Ended {
        let mut spans = self.requests();
        let (started, outcomes) = (self.started.load(Ordering::SeqCst), self.outcomes());
        assert_eq!((started, spans.len(), outcomes.len()), (1, 1, 1), "{outcomes:?} {spans:?}");
        Ended { span: spans.remove(0), outcome: outcomes[0] }
    }

    fn requests(&self) -> Vec<SpanData> {
        self.all().into_iter().filter(|span| span.span_kind != SpanKind::Internal).collect()
    }

    fn all(&self) -> Vec<SpanData> {
        self.spans.get_finished_spans().unwrap()
    }
}

// === impl Ends ===

impl Ends {
    pub(crate) fn new() -> Self {
        Self { server: End::new(), client: End::new() }
    }

    /// The spans of one request, server first, once both have ended. The server's is the child of the client's.
    pub(crate) async fn ended(&self) -> [Ended; 2] {
        let (server, client) = (self.server.ended().await, self.client.ended().await);
        assert_eq!(server.span.span_kind, SpanKind::Server);
        assert_eq!(client.span.span_kind, SpanKind::Client);
        assert_eq!(server.span.parent_span_id, client.span.span_context.span_id());
        assert_eq!(server.span.span_context.trace_id(), client.span.span_context.trace_id());
        [server, client]
    }

    #[track_caller]
    pub(crate) fn assert_open(&self) {
        self.server.assert_open();
        self.client.assert_open();
    }

    /// After a test has let go of everything: still one span on each side.
    #[track_caller]
    pub(crate) fn assert_ended_once(&self) {
        self.server.one();
        self.client.one();
    }
}

// === impl Ended ===

impl Ended {
    /// The outcome, in the hook and as a tag, and whether it is an error.
    #[track_caller]
    pub(crate) fn assert(&self, outcome: Outcome, is_error: bool) {
        assert_eq!(self.outcome, outcome, "{self:?}");
        let tag = (outcome != Outcome::Completed).then(|| Value::from(outcome.as_str()));
        assert_eq!(self.tag("outcome"), tag);
        assert_eq!(self.tag("error"), is_error.then(|| Value::from(true)), "{self:?}");
    }

    /// The span was there all the time.
    #[track_caller]
    pub(crate) fn assert_covers(&self, held: &Held) {
        assert!(held.to.duration_since(held.from).unwrap() >= HOLD);
        assert!(self.span.start_time <= held.from, "it began too late: {self:?}");
        assert!(self.span.end_time >= held.to, "it ended too early: {self:?}");
    }

    /// The value of a tag; a tag occurs once.
    #[track_caller]
    pub(crate) fn tag(&self, key: &str) -> Option<Value> {
        let mut found = self.span.attributes.iter().filter(|tag| tag.key.as_str() == key);
        let value = found.next().map(|tag| tag.value.clone());
        assert!(found.next().is_none(), "{key} occurs twice");
        value
    }
}

// === impl Held ===

impl Held {
    /// Lets time pass: what is being tested is that the span is as long.
    pub(crate) async fn open() -> Self {
        let from = SystemTime::now();
        while from.elapsed().unwrap_or_default() < HOLD {
            tokio::time::sleep(HOLD - from.elapsed().unwrap_or_default().min(HOLD)).await;
        }
        Self { from, to: SystemTime::now() }
    }
}

/// Waits for a condition, up to a deadline.
pub(crate) async fn wait_until<M: fmt::Display>(mut holds: impl FnMut() -> bool, otherwise: impl Fn() -> M) {
    const DEADLINE: Duration = Duration::from_secs(15);
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < DEADLINE, "{} after {DEADLINE:?}", otherwise());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Serves an axum application.
pub(crate) async fn serve(app: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}
