//! The variables `JAEGER_*`, as jaeger-client-go reads them.
//!
//! An empty value counts as none. A value that cannot be read is an error, and names the variable and the value.

mod reported;
mod variables;

use std::{num::NonZeroUsize, time::Duration};

use jaeger_exporter::HttpTransport;

use self::variables::Variables;
use super::{
    Config,
    destination::Destination,
    parse,
    sampler_choice::{SamplerChoice, SamplerKind, SamplerSettings},
};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    poll::Question,
};

/// Where an agent listens on the same machine.
const AGENT: (&str, u16) = ("localhost", 6831);

// === impl Config ===

impl Config {
    /// What the environment says, as jaeger-client-go's `FromEnv`: with its defaults, which are others than those of [`Config::new`].
    ///
    /// Spans go to an agent on `localhost:6831`, ids of traces have 64 bits, and the sampler is `remote`: nothing is sampled before
    /// `http://127.0.0.1:5778/sampling` has answered, about which there is a line in the log. The queue is bounded in bytes, as ever.
    ///
    /// The crate's README lists the variables.
    ///
    /// ```
    /// let config = jaeger_client::Config::from_env()?;
    /// # Ok::<(), jaeger_client::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value of a variable cannot be read.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::of_jaeger_client().with_env()
    }

    fn of_jaeger_client() -> Self {
        let mut config = Self::new("");
        config.destination = Destination::agent(AGENT);
        config.sampler = SamplerChoice::Named(SamplerSettings::of_jaeger_client());
        config.has_short_trace_ids = true;
        config
    }

    /// Takes what the environment says in place of what has been said so far, and leaves the rest: variables come before a file, and
    /// a file before code, if they are called in that order.
    ///
    /// Setters that are called later come before the environment.
    ///
    /// # Errors
    ///
    /// When the value of a variable cannot be read.
    pub fn with_env(self) -> Result<Self, ConfigError> {
        self.with_variables(&Variables::of_process()?)
    }

    fn with_variables(mut self, variables: &Variables) -> Result<Self, ConfigError> {
        if let Some(name) = variables.text("JAEGER_SERVICE_NAME") {
            self.service_name = name.to_owned();
        }
        if let Some(is_disabled) = variables.read("JAEGER_DISABLED", parse::boolean)? {
            self.is_disabled = is_disabled;
        }
        if let Some(tags) =
            variables.read("JAEGER_TAGS", |text| parse::tags(text, |name| variables.any(name)))?
        {
            self.tags = tags;
        }
        if let Some(are_long) = variables.read("JAEGER_TRACEID_128BIT", parse::boolean)? {
            self.has_short_trace_ids = !are_long;
        }
        if let Some(propagator) = variables.read("JAEGER_PROPAGATION", parse::propagation)? {
            self.propagator = propagator;
        }
        self.read_sampler(variables).map_err(|error| error.of_env("sampler"))?;
        self.read_reporter(variables).map_err(|error| error.of_env("reporter"))?;
        self.notes.extend(reported::notes(variables, &self)?);
        Ok(self)
    }

    fn read_sampler(&mut self, variables: &Variables) -> Result<(), ConfigError> {
        if let Some(kind) = variables.read("JAEGER_SAMPLER_TYPE", SamplerKind::parse)? {
            self.sampler.settings().kind = kind;
        }
        if let Some(param) = variables.read("JAEGER_SAMPLER_PARAM", parse::number)? {
            self.sampler.settings().param = param;
        }
        let is_url = |url: &str| Question::new(url, "").map(drop);
        let old = variables.checked("JAEGER_SAMPLER_MANAGER_HOST_PORT", is_url)?;
        let endpoint = variables.checked("JAEGER_SAMPLING_ENDPOINT", is_url)?.or(old);
        let host = variables.checked("JAEGER_AGENT_HOST", parse::host)?;
        let of_host = host.map(|host| format!("http://{}:5778/sampling", parse::in_url(host)));
        let interval = variables.read("JAEGER_SAMPLER_REFRESH_INTERVAL", parse::interval)?.flatten();
        let max_operations = variables.read("JAEGER_SAMPLER_MAX_OPERATIONS", parse::count)?.flatten();
        // They say nothing of whether a sampler is to be another one than the program's own.
        if let SamplerChoice::Named(settings) = &mut self.sampler {
            if let Some(endpoint) = endpoint.or(of_host.as_deref()) {
                endpoint.clone_into(&mut settings.endpoint);
            }
            settings.refresh_interval = interval.unwrap_or(settings.refresh_interval);
            settings.max_operations = max_operations.map_or(settings.max_operations, NonZeroUsize::get);
        }
        Ok(())
    }

    fn read_reporter(&mut self, variables: &Variables) -> Result<(), ConfigError> {
        if let Some(spans) = variables.read("JAEGER_REPORTER_MAX_QUEUE_SIZE", parse::count)?.flatten() {
            self.queue_spans = Some(spans);
        }
        let interval = variables.read("JAEGER_REPORTER_FLUSH_INTERVAL", |text| {
            // Jaeger's clients for Java and Node take a number for milliseconds.
            let text = if text.parse::<u64>().is_ok() { &format!("{text}ms") } else { text };
            parse::interval(text)
        })?;
        if let Some(interval) = interval.flatten() {
            self.flush_interval = Some(interval);
        }
        if let Some(log_spans) = variables.read("JAEGER_REPORTER_LOG_SPANS", parse::boolean)? {
            self.log_spans = log_spans;
        }
        self.read_destination(variables)?;
        if matches!(self.destination, Destination::Collector(_)) {
            self.read_credentials(variables)?;
        }
        Ok(())
    }

    /// A collector comes before an agent, of which nothing is read then: Kubernetes may have set `JAEGER_AGENT_PORT` to something else.
    fn read_destination(&mut self, variables: &Variables) -> Result<(), ConfigError> {
        let is_url = |url: &str| HttpTransport::new(url).map(drop);
        if let Some(url) = variables.checked("JAEGER_ENDPOINT", is_url)? {
            self.destination = Destination::Collector(url.to_owned());
            return Ok(());
        }
        let port = variables.read("JAEGER_AGENT_PORT", parse::port)?;
        let host = variables.text("JAEGER_AGENT_HOST");
        if host.is_some() || port.is_some() {
            self.destination = Destination::agent((host.unwrap_or(AGENT.0), port.unwrap_or(AGENT.1)));
        }
        let interval = variables.read("JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL", parse::interval)?;
        if let Some(interval) = interval.flatten() {
            self.resolve_interval = Some(interval);
        }
        if variables.read("JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED", parse::boolean)? == Some(true) {
            self.resolve_interval = Some(Duration::MAX);
        }
        Ok(())
    }

    fn read_credentials(&mut self, variables: &Variables) -> Result<(), ConfigError> {
        match (variables.text("JAEGER_USER"), variables.text("JAEGER_PASSWORD")) {
            (Some(user), Some(password)) => self.collector_headers.set_basic(user, password),
            (None, None) => {}
            _ => return Err(ConfigErrorKind::HalfCredentials.into()),
        }
        if let Some(token) = variables.text("JAEGER_AUTH_TOKEN") {
            self.collector_headers.set_bearer(token);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
