//! What a client does before it can send: it looks up the name, and connects. Each is two logs of the active span.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Uri;
use http_body_util::Empty;
use hyper_util::{
    client::legacy::{
        Client,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::TokioExecutor,
};
use opentracing_shim::{Field, Span, Value, ext, field, global_tracer};
use tower::Service;

/// hyper-util's client, whose connections are logged.
pub(super) type ClientWithPhases = Client<Logged<HttpConnector<Logged<GaiResolver>>>, Empty<Bytes>>;

pub(super) fn client() -> ClientWithPhases {
    let connector = HttpConnector::new_with_resolver(Logged(GaiResolver::new()));
    Client::builder(TokioExecutor::new()).build(Logged(connector))
}

/// A service whose calls are logged: where they start, and where they have come to an end.
#[derive(Clone, Debug)]
pub(super) struct Logged<S>(S);

/// What is asked of such a service.
pub(super) trait Phase {
    const START: &'static str;
    const DONE: &'static str;

    fn field(&self) -> Field;
}

// === impl Logged ===

impl<S, R> Service<R> for Logged<S>
where
    S: Service<R, Error: Error + 'static, Future: Send + 'static>,
    R: Phase,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        // That of the layer: a connection is made on behalf of the request which waits for it.
        let span = global_tracer().active_span();
        log(span.as_ref(), R::START, Some(request.field()));
        let calling = self.0.call(request);
        Box::pin(async move {
            let called = calling.await;
            let error =
                called.as_ref().err().map(|error| field(ext::log::ERROR_OBJECT, Value::display(error)));
            log(span.as_ref(), R::DONE, error);
            called
        })
    }
}

fn log(span: Option<&Span>, event: &'static str, more: Option<Field>) {
    if let Some(span) = span {
        span.log([field(ext::log::EVENT, event)].into_iter().chain(more));
    }
}

// === impl Phase ===

impl Phase for Name {
    const START: &'static str = "DNSStart";
    const DONE: &'static str = "DNSDone";

    fn field(&self) -> Field {
        field("host", self.as_str().to_owned())
    }
}

impl Phase for Uri {
    const START: &'static str = "ConnectStart";
    const DONE: &'static str = "ConnectDone";

    fn field(&self) -> Field {
        field("addr", self.authority().map(ToString::to_string).unwrap_or_default())
    }
}
