//! HTTP calls that are made again where that may help.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Empty;
use opentelemetry::KeyValue;
use tower::{
    ServiceBuilder,
    retry::{Policy, Retry},
};

use crate::{
    http_client::{self, TracedClient},
    plan::ATTEMPTS,
    route, tracing,
};

/// Shorter than what the driver service's own caller waits for: who waits for somebody who waits should hear whom for.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The client layer is below the retry layer, so that each attempt is a span of its own.
pub(crate) type RetryingClient = Retry<Retries, TracedClient>;

/// Tries again when the service says that it cannot answer now.
#[derive(Clone, Debug)]
pub(crate) struct Retries {
    attempt: u32,
}

pub(crate) fn client() -> RetryingClient {
    ServiceBuilder::new().retry(Retries { attempt: 1 }).service(http_client::traced_with_timeout(TIMEOUT))
}

// === impl Retries ===

impl<B, E> Policy<Request<Empty<Bytes>>, Response<B>, E> for Retries {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        request: &mut Request<Empty<Bytes>>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Self::Future> {
        let status = result.as_ref().ok()?.status();
        if !status.is_server_error() || self.attempt >= ATTEMPTS {
            return None;
        }
        let status = KeyValue::new("http.status_code", i64::from(status.as_u16()));
        tracing::log("Retrying", [KeyValue::new("attempt", i64::from(self.attempt)), status]);
        self.attempt += 1;
        request.headers_mut().insert(route::ATTEMPT, HeaderValue::from(self.attempt));
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Empty<Bytes>>) -> Option<Request<Empty<Bytes>>> {
        Some(request.clone())
    }
}
