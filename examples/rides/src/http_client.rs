//! HTTP calls: hyper-util's client, with Tower layers where a service wants them.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Body;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jaeger_propagation::Propagator;
use serde::de::DeserializeOwned;
use tower::{Service, ServiceBuilder, ServiceExt, timeout::Timeout};
use tower_jaeger::ClientLayer;

use crate::{BoxError, call_error::CallError};

/// No call of the demo takes longer: some twenty requests may wait for the database's only connection.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(8);

/// Without tracing, as a browser.
pub(crate) type PlainClient = Timeout<Client<HttpConnector, Empty<Bytes>>>;
/// Each call is a span. The timeout is below, so that the span says that it was one.
pub(crate) type TracedClient = tower_jaeger::Client<PlainClient>;

pub(crate) fn plain() -> PlainClient {
    with_timeout(TIMEOUT)
}

pub(crate) fn with_timeout(timeout: Duration) -> PlainClient {
    Timeout::new(Client::builder(TokioExecutor::new()).build_http(), timeout)
}

pub(crate) fn traced() -> TracedClient {
    traced_with_timeout(TIMEOUT)
}

pub(crate) fn traced_with_timeout(timeout: Duration) -> TracedClient {
    ServiceBuilder::new().layer(ClientLayer::new()).service(with_timeout(timeout))
}

/// For a service of which nobody knows whether it reads Jaeger's headers: W3C's are sent beside them.
pub(crate) fn traced_for_w3c() -> TracedClient {
    let layer = ClientLayer::new().with_propagator(Propagator::both());
    ServiceBuilder::new().layer(layer).service(plain())
}

/// The JSON at a URL.
pub(crate) async fn get_json<S, B, T>(client: S, url: &str) -> Result<T, CallError>
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
    B: Body<Error: Into<BoxError>>,
    T: DeserializeOwned,
{
    let request = Request::get(url).body(Empty::new()).map_err(CallError::unreadable)?;
    let (status, body) = send(client, request).await?;
    if !status.is_success() {
        return Err(CallError::of_status(status, &body));
    }
    serde_json::from_slice(&body).map_err(CallError::unreadable)
}

/// The answer to a request, whatever its status.
pub(crate) async fn send<S, B>(
    client: S,
    request: Request<Empty<Bytes>>,
) -> Result<(StatusCode, Bytes), CallError>
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
    B: Body<Error: Into<BoxError>>,
{
    let answer = client.oneshot(request).await.map_err(|error| CallError::of_client(error.into()))?;
    let (head, body) = answer.into_parts();
    let body = tokio::time::timeout(TIMEOUT, body.collect()).await.map_err(CallError::slow)?;
    let body = body.map_err(|error| CallError::of_client(error.into()))?;
    Ok((head.status, body.to_bytes()))
}
