//! `route`: how long a ride takes. HTTP, on plain hyper.

use std::{convert::Infallible, fmt::Display};

use bytes::Bytes;
use futures_util::future::FutureExt;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use opentelemetry::KeyValue;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, task::JoinSet, time::sleep};
use tower::{ServiceBuilder, service_fn};
use tower_jaeger::ServerLayer;

use crate::{
    BoxError, baggage,
    knobs::Knobs,
    plan::{Location, Plan},
    service::Lifeline,
    tracing,
};

/// The header in which a client that asks again says how often it did so, this time included.
pub(crate) const ATTEMPT: &str = "ride-attempt";

/// The answer to `GET /route?from=x,y&to=x,y`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Route {
    pub(crate) eta_minutes: i64,
}

type Answer = Response<Full<Bytes>>;

/// Where to ask for a route; `service` is the `HOST:PORT`.
pub(crate) fn url(service: &str, from: impl Display, to: impl Display) -> String {
    format!("http://{service}/route?from={from}&to={to}")
}

pub(crate) async fn serve(listener: TcpListener, plan: Plan, lifeline: Lifeline) -> Result<(), BoxError> {
    let answer = service_fn(move |request| answer(plan, request));
    let service = ServiceBuilder::new().layer(ServerLayer::new()).service(answer);
    let mut stop = std::pin::pin!(lifeline.clone().cut());
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(service.clone());
        connections.spawn(serve_connection(TokioIo::new(stream), service, lifeline.clone()));
        // What has ended is of no interest.
        while connections.join_next().now_or_never().flatten().is_some() {}
    }
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Serves a connection to its end; when the service is to stop, only to the end of the request that is open.
async fn serve_connection<S>(stream: TokioIo<tokio::net::TcpStream>, service: S, lifeline: Lifeline)
where
    S: hyper::service::HttpService<Incoming, ResBody: 'static, Error: Into<BoxError>>,
    <S::ResBody as hyper::body::Body>::Error: Into<BoxError>,
{
    let mut connection = std::pin::pin!(http1::Builder::new().serve_connection(stream, service));
    tokio::select! {
        // A broken connection is its client's to report.
        _ = connection.as_mut() => return,
        () = lifeline.cut() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(plan: Plan, request: Request<Incoming>) -> Result<Answer, Infallible> {
    baggage::tag_span();
    let uri = request.uri();
    if uri.path() != "/route" {
        return Ok(text(StatusCode::NOT_FOUND, "expected /route"));
    }
    let query = uri.query().unwrap_or_default();
    let (Some(from), Some(to)) = (location(query, "from"), location(query, "to")) else {
        return Ok(text(StatusCode::BAD_REQUEST, "expected /route?from=x,y&to=x,y"));
    };
    sleep(plan.delay("route", &from.to_string(), 30)).await;
    if plan.route_refuses(from, to, attempt(request.headers()), Knobs::of_request().error_rate) {
        tracing::log("error", [KeyValue::new("message", "every worker is busy")]);
        return Ok(text(StatusCode::SERVICE_UNAVAILABLE, ""));
    }
    let body = serde_json::to_vec(&Route { eta_minutes: plan.eta_minutes(from, to) }).unwrap_or_default();
    Ok(Response::new(Full::from(body)))
}

/// Digits and a comma need no percent-encoding.
fn location(query: &str, name: &str) -> Option<Location> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name)?.1.parse().ok()
}

fn attempt(headers: &HeaderMap) -> u32 {
    headers.get(ATTEMPT).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(1)
}

fn text(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::from(text));
    *answer.status_mut() = status;
    answer
}
