//! The exporter that a current SDK sees: converts, builds the old exporter when first needed, hands over.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use old_opentelemetry::trace::TraceError;
use old_sdk::export::trace as old;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::convert;
use crate::endpoint::{Endpoint, EndpointError};
use crate::pipeline;

/// The limit of `opentelemetry-jaeger` for its own HTTP clients; it is not applied to a client given to it.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A [`SpanExporter`] that sends spans through the deprecated `opentelemetry-jaeger` crate.
///
/// It blocks the thread that exports and needs no async runtime, so that it works under the SDK's batch and simple
/// processors alike, inside and outside of tokio.
///
/// The old exporter fixes its process (service name and process tags) when it is built. Therefore it is built at
/// the first export, after the SDK has called [`set_resource`](SpanExporter::set_resource). A failure to build it
/// (say, a host name that does not resolve yet) fails that export; the next export tries again. Without a
/// resource the service is called `unknown_service`.
#[derive(Debug)]
pub struct BridgeExporter {
    endpoint: Endpoint,
    timeout: Duration,
    resource: old_sdk::Resource,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    NotBuilt,
    Built(Box<dyn old::SpanExporter>),
    ShutDown,
}

// === impl BridgeExporter ===

impl BridgeExporter {
    /// Sends binary Thrift over HTTP to a collector, e.g. `http://localhost:14268/api/traces`.
    ///
    /// The variable `OTEL_EXPORTER_JAEGER_ENDPOINT` wins over `endpoint`; that is a rule of `opentelemetry-jaeger`.
    /// Redirects are not followed and proxy variables are not read.
    ///
    /// # Errors
    ///
    /// If `endpoint` is not a whole `http` URL, or has credentials in it. TLS is not supported, hence `https` is
    /// refused.
    pub fn collector(endpoint: &str) -> Result<Self, EndpointError> {
        Endpoint::collector(endpoint).map(Self::new)
    }

    /// Sends compact Thrift over UDP to an agent, e.g. `localhost:6831`.
    ///
    /// A batch that does not fit into a packet is split. The name is resolved once, at the first export. The
    /// variables `OTEL_EXPORTER_JAEGER_AGENT_HOST` and `OTEL_EXPORTER_JAEGER_AGENT_PORT` win over `address`.
    ///
    /// # Errors
    ///
    /// If `address` is not a host and a port. An IPv6 address stands in brackets.
    pub fn agent(address: &str) -> Result<Self, EndpointError> {
        Endpoint::agent(address).map(Self::new)
    }

    /// How long one export waits for the collector, from name resolution to the answer. Default: 10 seconds.
    ///
    /// The SDK's own limits for flush and shutdown (5 seconds in its batch processor) apply besides. An agent does not
    /// answer, so this has no effect on [`BridgeExporter::agent`].
    /// `OTEL_EXPORTER_JAEGER_TIMEOUT` is not used.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            timeout: DEFAULT_TIMEOUT,
            resource: old_sdk::Resource::empty(),
            state: Mutex::new(State::NotBuilt),
        }
    }

    /// Encoding and sending happen when the returned future is polled, with the lock released.
    fn start(
        &self,
        batch: Vec<old::SpanData>,
    ) -> Result<BoxFuture<'static, old::ExportResult>, OTelSdkError> {
        let mut state = self.lock();
        match &mut *state {
            State::ShutDown => Err(OTelSdkError::AlreadyShutdown),
            State::Built(exporter) => Ok(exporter.export(batch)),
            State::NotBuilt => {
                let mut exporter = pipeline::build(&self.endpoint, &self.resource, self.timeout)
                    .map_err(|error| self.sdk_error(&error))?;
                let sending = exporter.export(batch);
                *state = State::Built(exporter);
                Ok(sending)
            }
        }
    }

    fn sdk_error(&self, error: &TraceError) -> OTelSdkError {
        match error {
            TraceError::Other(source) if matches!(source.downcast_ref(), Some(ureq::Error::Timeout(_))) => {
                OTelSdkError::Timeout(self.timeout)
            }
            _ => OTelSdkError::InternalFailure(format!("{}: {error}", self.endpoint)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanExporter for BridgeExporter {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        let sending = self.start(batch.into_iter().map(convert::span).collect());
        async move { sending?.await.map_err(|error| self.sdk_error(&error)) }
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        match std::mem::replace(&mut *self.lock(), State::ShutDown) {
            State::ShutDown => Err(OTelSdkError::AlreadyShutdown),
            State::NotBuilt => Ok(()),
            State::Built(mut exporter) => {
                exporter.shutdown();
                Ok(())
            }
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = convert::resource(resource);
    }
}
