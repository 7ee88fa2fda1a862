//! The settings of a remote sampler.

use std::{
    fmt,
    sync::{Arc, RwLock},
    time::Duration,
};

use jaeger_exporter::OnChange;
use jaeger_tracer::Sampler;

use super::{Current, RemoteSampler, Shared};
use crate::{
    error::ConfigError,
    poll::{DEFAULT_INTERVAL, DEFAULT_TIMEOUT, Poll, Question},
    sampler::{ProbabilisticSampler, per_operation::DEFAULT_MAX_OPERATIONS},
};

/// Where Jaeger's agent and its collector answer how to sample, on the same machine.
pub const DEFAULT_SAMPLING_ENDPOINT: &str = "http://127.0.0.1:5778/sampling";

/// The name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "jaeger-sampler";

/// Settings of a [`RemoteSampler`].
pub struct RemoteSamplerBuilder {
    service_name: String,
    endpoint: String,
    headers: Vec<(String, String)>,
    timeout: Duration,
    refresh_interval: Duration,
    initial: Box<dyn Sampler>,
    max_operations: usize,
    on_change: OnChange,
}

// === impl RemoteSamplerBuilder ===

impl RemoteSamplerBuilder {
    pub(super) fn new(service_name: String) -> Self {
        Self {
            service_name,
            endpoint: DEFAULT_SAMPLING_ENDPOINT.to_owned(),
            headers: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            refresh_interval: DEFAULT_INTERVAL,
            initial: Box::new(ProbabilisticSampler::new(0.001)),
            max_operations: DEFAULT_MAX_OPERATIONS,
            on_change: Box::new(|_| {}),
        }
    }

    /// The whole URL, to which `?service=` is added; [`DEFAULT_SAMPLING_ENDPOINT`] by default.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Sends a header with each request, for a proxy in front of the endpoint; none by default.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Time for one whole request; 10 seconds by default.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often it asks; every minute by default, and every five seconds until there has been an answer. The first time is at once,
    /// not after the first interval as in jaeger-client-go.
    #[must_use]
    pub fn with_refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// What decides until there has been an answer; one trace of a thousand by default.
    #[must_use]
    pub fn with_initial_sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.initial = Box::new(sampler);
        self
    }

    /// How many operations have a sampler of their own where the strategy is one per operation; 2,000 by default.
    #[must_use]
    pub fn with_max_operations(mut self, operations: usize) -> Self {
        self.max_operations = operations;
        self
    }

    /// Calls back when the endpoint begins to fail, with the error, and when it answers again; nobody is told by default.
    #[must_use]
    pub fn with_on_change(mut self, on_change: impl FnMut(Result<(), &str>) + Send + 'static) -> Self {
        self.on_change = Box::new(on_change);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the endpoint is not `http://host:port/path`, or a header cannot be sent.
    pub fn build(self) -> Result<RemoteSampler, ConfigError> {
        let mut question = Question::new(&self.endpoint, &self.service_name)?;
        question.set_timeout(self.timeout);
        for (name, value) in &self.headers {
            question.add_header(name, value)?;
        }
        let shared = Arc::new(Shared {
            current: RwLock::new(Current::Initial(self.initial)),
            max_operations: self.max_operations,
            stats: Arc::default(),
        });
        let taking = Arc::clone(&shared);
        let take = move |answer| taking.take(answer);
        let poll = Poll::start(THREAD_NAME, question, self.refresh_interval, take, self.on_change);
        Ok(RemoteSampler { shared, endpoint: self.endpoint, poll })
    }
}

impl fmt::Debug for RemoteSamplerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service_name, endpoint, timeout, refresh_interval, initial, max_operations, .. } = self;
        f.debug_struct("RemoteSamplerBuilder")
            .field("service_name", service_name)
            .field("endpoint", endpoint)
            .field("timeout", timeout)
            .field("refresh_interval", refresh_interval)
            .field("initial", initial)
            .field("max_operations", max_operations)
            .finish_non_exhaustive()
    }
}
