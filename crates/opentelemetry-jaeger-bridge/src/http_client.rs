//! The HTTP client given to the old exporter: blocking, with a deadline for the whole exchange.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use old_http::{Request, Response};
use old_opentelemetry_http::{HttpClient, HttpError};

#[derive(Debug)]
pub(crate) struct BlockingClient {
    agent: ureq::Agent,
}

// === impl BlockingClient ===

impl BlockingClient {
    pub(crate) fn new(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            // The old exporter judges the status itself.
            .http_status_as_error(false)
            // A redirected POST would become a GET without the spans.
            .max_redirects(0)
            .proxy(None)
            .build();
        Self { agent: config.into() }
    }
}

#[async_trait]
impl HttpClient for BlockingClient {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, HttpError> {
        let mut post = self.agent.post(request.uri().to_string());
        for (name, value) in request.headers() {
            post = post.header(name.as_str(), value.as_bytes());
        }
        let status = post.send(request.body())?.status().as_u16();

        Ok(Response::builder().status(status).body(Bytes::new())?)
    }
}
