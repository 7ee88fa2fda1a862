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

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use http::Request;
    use opentracing_shim::{mock::MockTracer, set_global_tracer};
    use tokio::net::TcpListener;

    use super::*;

    /// The events that are logged on the span of a call, and the error of the last one.
    async fn logged(mock: &MockTracer, client: &ClientWithPhases, port: u16) -> (Vec<String>, bool) {
        let span = mock.tracer().start_span("call");
        let uri = format!("http://localhost:{port}/");
        let request = Request::get(uri).body(Empty::new()).unwrap();
        let answer = span.activate_in(client.request(request)).await;
        span.finish();
        let logs = &mock.finished_spans()[0].logs;
        let event = |log: &opentracing_shim::mock::LogRecord| log.field("event").unwrap().to_string();
        let events = logs.iter().map(event).collect();
        let is_error = logs.last().is_some_and(|log| log.field("error.object").is_some());
        assert_eq!(is_error, answer.is_err());
        mock.reset();
        (events, is_error)
    }

    #[tokio::test]
    async fn a_connection_is_logged_when_it_is_made_and_not_when_it_is_used_again() {
        let mock = MockTracer::new();
        set_global_tracer(mock.tracer().clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = Router::new().route("/", get(|| async {}));
        let server = tokio::spawn(async { axum::serve(listener, app).await });
        let connecting = ["ConnectStart", "DNSStart", "DNSDone", "ConnectDone"].map(str::to_owned);

        let used = client();
        assert_eq!(logged(&mock, &used, port).await, (connecting.to_vec(), false));
        // The connection is free for others when its task has been told of the answer's end.
        let mut again = logged(&mock, &used, port).await;
        for _ in 0..100 {
            if again.0.is_empty() {
                break;
            }
            tokio::task::yield_now().await;
            again = logged(&mock, &used, port).await;
        }
        assert_eq!(again, (vec![], false));

        server.abort();
        let _ = server.await;
        let new = client();
        assert_eq!(logged(&mock, &new, port).await, (connecting.to_vec(), true));
    }
}
