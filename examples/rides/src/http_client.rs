//! HTTP calls: hyper-util's client, with Tower layers where a service wants them.

use std::{error, fmt, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Body;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_jaeger::ClientLayer;

use crate::BoxError;

/// No call of the demo takes longer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Without tracing, as a browser.
pub(crate) type PlainClient = Client<HttpConnector, Empty<Bytes>>;
/// Each call is a span.
pub(crate) type TracedClient = tower_jaeger::Client<PlainClient>;

/// A call that has no usable answer.
#[derive(Debug)]
pub(crate) struct CallError {
    kind: CallErrorKind,
}

#[derive(Debug)]
enum CallErrorKind {
    Status(StatusCode, String),
    Other { url: String, source: BoxError },
}

pub(crate) fn plain() -> PlainClient {
    Client::builder(TokioExecutor::new()).build_http()
}

pub(crate) fn traced() -> TracedClient {
    ServiceBuilder::new().layer(ClientLayer::new()).service(plain())
}

/// The JSON at a URL.
pub(crate) async fn get_json<S, B, T>(client: S, url: &str) -> Result<T, CallError>
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
    B: Body<Error: Into<BoxError>>,
    T: DeserializeOwned,
{
    let failed = |source| CallErrorKind::Other { url: url.to_owned(), source };
    let request = Request::get(url).body(Empty::new()).map_err(|error| failed(error.into()))?;
    let (status, body) = send(client, request).await.map_err(failed)?;
    if !status.is_success() {
        return Err(CallErrorKind::Status(status, String::from_utf8_lossy(&body).trim().to_owned()).into());
    }
    Ok(serde_json::from_slice(&body).map_err(|error| failed(error.into()))?)
}

/// The answer to a request, whatever its status.
pub(crate) async fn send<S, B>(
    client: S,
    request: Request<Empty<Bytes>>,
) -> Result<(StatusCode, Bytes), BoxError>
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
    B: Body<Error: Into<BoxError>>,
{
    let answer = async {
        let (head, body) = client.oneshot(request).await.map_err(Into::into)?.into_parts();
        let body = body.collect().await.map_err(Into::into)?;
        Ok((head.status, body.to_bytes()))
    };
    let in_time = tokio::time::timeout(TIMEOUT, answer).await;
    in_time.unwrap_or_else(|_| Err(format!("no answer within {TIMEOUT:?}").into()))
}

// === impl CallError ===

impl CallError {
    /// The status of the answer, if there was one.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match &self.kind {
            CallErrorKind::Status(status, _) => Some(*status),
            CallErrorKind::Other { .. } => None,
        }
    }
}

impl From<CallErrorKind> for CallError {
    fn from(kind: CallErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            CallErrorKind::Status(status, text) if text.is_empty() => write!(f, "{status}"),
            CallErrorKind::Status(status, text) => write!(f, "{status}: {text}"),
            CallErrorKind::Other { url, source } => write!(f, "GET {url}: {}", root_cause(&**source)),
        }
    }
}

impl error::Error for CallError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.kind {
            CallErrorKind::Status(..) => None,
            CallErrorKind::Other { source, .. } => Some(&**source),
        }
    }
}

/// hyper's errors say "client error" and leave the reason to their sources.
fn root_cause<'a>(mut error: &'a (dyn error::Error + 'static)) -> &'a dyn error::Error {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}
