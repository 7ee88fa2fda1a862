//! A backend that runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::{BackendBuilder, Listener, StartError, WaitError};
use crate::store::{Store, Trace, TraceId};

/// How long [`Backend::shutdown`] waits for open requests.
const GRACE: Duration = Duration::from_secs(2);

/// A running in-memory Jaeger.
///
/// Dropping it stops its listeners and lets open requests finish in the background;
/// [`shutdown`](Self::shutdown) also waits for them.
#[derive(Debug)]
pub struct Backend {
    store: Arc<Store>,
    addresses: Addresses,
    /// Dropped, it stops the listeners.
    _stop: watch::Sender<()>,
    tasks: JoinSet<()>,
}

// === impl Backend ===

impl Backend {
    pub(super) fn new(
        store: Arc<Store>,
        addresses: Addresses,
        stop: watch::Sender<()>,
        tasks: JoinSet<()>,
    ) -> Self {
        Self { store, addresses, _stop: stop, tasks }
    }

    /// Starts a backend on free ports of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// If the machine has no free port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Settings for a backend with other ports or another bound of memory.
    pub fn builder() -> BackendBuilder {
        BackendBuilder::new()
    }

    /// Where a listener listens.
    pub fn addr(&self, listener: Listener) -> SocketAddr {
        self.addresses.get(listener)
    }

    /// Where the page and the query API are, for example `http://127.0.0.1:16686`.
    pub fn query_url(&self) -> String {
        self.url(Listener::Query)
    }

    /// Where to POST batches, for example `http://127.0.0.1:14268/api/traces`.
    pub fn collector_endpoint(&self) -> String {
        self.url(Listener::Collector) + "/api/traces"
    }

    /// Where to POST OpenTelemetry's spans, for example `http://127.0.0.1:4318/v1/traces`.
    pub fn otlp_endpoint(&self) -> String {
        self.url(Listener::OtlpHttp) + "/v1/traces"
    }

    /// Where to send OpenTelemetry's spans by gRPC, for example `http://127.0.0.1:4317`.
    pub fn otlp_grpc_endpoint(&self) -> String {
        self.url(Listener::OtlpGrpc)
    }

    /// Where to send UDP packets in compact Thrift.
    pub fn agent_addr(&self) -> SocketAddr {
        self.addr(Listener::Agent)
    }

    /// The page of a trace, whether it has arrived or not.
    pub fn trace_url(&self, trace_id: &str) -> String {
        format!("{}/trace/{trace_id}", self.query_url())
    }

    /// The traces received so far, and the counters.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Waits until that many spans of the trace, or more, have come; until it is there where none is asked for.
    ///
    /// The id may be written in any of the forms that the query API accepts.
    ///
    /// # Errors
    /// If the id is none, or if the deadline passes; the error then shows what had come.
    pub async fn wait_for_trace(
        &self,
        trace_id: &str,
        spans: usize,
        deadline: Duration,
    ) -> Result<Trace, WaitError> {
        let id: TraceId = trace_id.parse()?;
        let found = || self.store.trace(id);
        let wanted = || format!("trace {trace_id}");
        self.wait(found, spans, deadline)
            .await
            .map_err(|found| WaitError::deadline(wanted(), spans, deadline, found))
    }

    /// The same for who does not know the id: waits for the newest trace in which that service has a span of that operation. One that
    /// comes while it waits takes the place of the one before.
    ///
    /// # Errors
    /// If the deadline passes; the error then shows what had come.
    pub async fn wait_for_trace_of(
        &self,
        service: &str,
        operation: &str,
        spans: usize,
        deadline: Duration,
    ) -> Result<Trace, WaitError> {
        let is_it = |trace: &Arc<Trace>| {
            let mut spans = trace.spans().iter();
            spans.any(|span| span.service() == service && span.operation() == operation)
        };
        let found = || self.store.traces().into_iter().rev().find(is_it);
        let wanted = || format!("a trace of {service}: {operation}");
        self.wait(found, spans, deadline)
            .await
            .map_err(|found| WaitError::deadline(wanted(), spans, deadline, found))
    }

    /// Waits until what is found has so many spans; the error is what was found last.
    async fn wait(
        &self,
        find: impl Fn() -> Option<Arc<Trace>>,
        spans: usize,
        deadline: Duration,
    ) -> Result<Trace, Option<Arc<Trace>>> {
        let mut arrivals = self.store.arrivals();
        let complete = async {
            loop {
                arrivals.mark_unchanged();
                let trace = find().filter(|trace| trace.spans().len() >= spans);
                if let Some(trace) = trace {
                    return Arc::unwrap_or_clone(trace);
                }
                // The sender lives in the store, which outlives this borrow: no error is possible.
                let _ = arrivals.changed().await;
            }
        };
        tokio::time::timeout(deadline, complete).await.map_err(|_| find())
    }

    fn url(&self, listener: Listener) -> String {
        format!("http://{}", self.addr(listener))
    }

    /// Stops listening and returns when the open requests are answered, or after two seconds.
    pub async fn shutdown(mut self) {
        let mut tasks = std::mem::take(&mut self.tasks);
        drop(self);
        let finished = async { while tasks.join_next().await.is_some() {} };
        // What is still open after the grace ends with the set of tasks.
        let _ = tokio::time::timeout(GRACE, finished).await;
    }
}

impl Drop for Backend {
    /// The tasks end by themselves, their open requests first.
    fn drop(&mut self) {
        self.tasks.detach_all();
    }
}
