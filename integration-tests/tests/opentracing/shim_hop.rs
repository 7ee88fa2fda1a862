//! A hop on the shim, as `integration-tests/peers/README.md` has it: a service as it is written with OpenTracing's API.

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use http::{HeaderMap, Request};
use jaeger_thrift::Span as ReportedSpan;
use opentracing_shim::{HttpHeaders, PropagationError, Span, SpanContext, Tracer, ext};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{
    engine::{Engine, Traced},
    note::{Note, own_item},
};

/// A service that runs until its runtime ends.
pub(crate) struct ShimHop {
    url: String,
    hop: Arc<Hop>,
    traced: Traced,
}

struct Hop {
    service: String,
    tracer: Tracer,
    /// What a handler says of its trace, if anything.
    sampling_priority: Option<u16>,
}

/// What a hop is asked.
#[derive(Deserialize, Serialize)]
struct Plan {
    next: Vec<String>,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

const NO_ID: &str = "0000000000000000";

// === impl ShimHop ===

impl ShimHop {
    pub(crate) async fn start(service: &str, engine: Engine) -> Self {
        Self::start_traced(service, engine.start(service), None).await
    }

    /// One whose handler sets the tag `sampling.priority`.
    pub(crate) async fn start_traced(service: &str, traced: Traced, sampling_priority: Option<u16>) -> Self {
        let hop = Hop { service: service.to_owned(), tracer: traced.tracer.clone(), sampling_priority };
        let hop = Arc::new(hop);
        let app = Router::new().route("/hop", post(serve)).with_state(Arc::clone(&hop));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hop", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { url, hop, traced }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// What it has reported, and whose.
    pub(crate) fn into_spans(self) -> (String, Vec<ReportedSpan>) {
        (self.hop.service.clone(), self.traced.into_spans())
    }
}

async fn serve(
    State(hop): State<Arc<Hop>>,
    headers: HeaderMap,
    Json(plan): Json<Plan>,
) -> Result<Json<Vec<Note>>, (StatusCode, String)> {
    // The client of the hop blocks, as those of OpenTracing's time.
    let answer = tokio::task::spawn_blocking(move || hop.answer(&headers, plan)).await.unwrap();
    answer.map(Json).map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}")))
}

// === impl Hop ===

impl Hop {
    fn answer(&self, headers: &HeaderMap, plan: Plan) -> Result<Vec<Note>, AnyError> {
        let caller = match self.tracer.extract(HttpHeaders, headers) {
            Ok(caller) => Some(caller),
            Err(PropagationError::SpanContextNotFound) => None,
            Err(refused) => return Err(refused.into()),
        };
        let span = self.tracer.build_span("hop").rpc_server(caller.as_ref()).start();
        if let Some(priority) = self.sampling_priority {
            ext::SAMPLING_PRIORITY.set(&span, priority);
        }
        let mut note = note(&self.service, &span, caller.as_ref());
        let (key, value) = own_item(&self.service);
        span.set_baggage_item(&key, &value);
        let mut behind = Vec::new();
        let mut next = plan.next.into_iter();
        if let Some(url) = next.next() {
            let call = self.tracer.build_span("call").child_of(&span.context());
            let call = call.tag(ext::SPAN_KIND, ext::SpanKind::Client).start();
            let mut headers = HeaderMap::new();
            self.tracer.inject(&call.context(), HttpHeaders, &mut headers);
            behind = send(&url, headers, next.collect())?;
            note.client_span_id = Some(call.context().span_id_string());
            call.finish();
        }
        span.finish();
        behind.insert(0, note);
        Ok(behind)
    }
}

/// What a server span's context says.
pub(crate) fn note(service: &str, span: &Span, caller: Option<&SpanContext>) -> Note {
    let context = span.context();
    let parent_id = caller.map(SpanContext::span_id_string).filter(|id| !id.is_empty());
    Note {
        service: service.to_owned(),
        trace_id: format!("{:0>32}", context.trace_id_string()),
        span_id: context.span_id_string(),
        parent_id: parent_id.unwrap_or_else(|| NO_ID.to_owned()),
        sampled: context.is_sampled(),
        debug: context.is_debug(),
        baggage: context.baggage_items().collect(),
        client_span_id: None,
    }
}

/// Asks the hop at a URL to call all those that follow.
pub(crate) fn send(url: &str, headers: HeaderMap, next: Vec<String>) -> Result<Vec<Note>, AnyError> {
    let mut request = Request::post(url).body(serde_json::to_string(&Plan { next })?)?;
    *request.headers_mut() = headers;
    request.headers_mut().insert("content-type", "application/json".parse()?);
    let answer = post_bytes(request)?;
    serde_json::from_str(&answer).map_err(|error| format!("{error}: {answer}").into())
}

/// Sends a request, and returns the text of the answer, of a failure too.
pub(crate) fn post_bytes<B: ureq::AsSendBody>(request: Request<B>) -> Result<String, AnyError> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .new_agent();
    Ok(agent.run(request)?.body_mut().read_to_string()?)
}
