//! Settings from a file, as jaeger-client-go has them in YAML.

mod settings;
#[cfg(feature = "yaml")]
mod yaml;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use jaeger_exporter::HttpTransport;
use jaeger_propagation::HeaderNames;

pub use self::settings::FileSettings;
use self::settings::{Headers, Reporter, Restrictions, Sampler};
use super::{
    Config,
    destination::Destination,
    parse,
    sampler_choice::{SamplerChoice, SamplerKind},
};
use crate::{
    baggage_restrictions::RestrictionSettings,
    error::{ConfigError, ConfigErrorKind},
    poll::Question,
};

// === impl Config ===

impl Config {
    /// Takes what a file says in place of what has been said so far, and leaves the rest. Call it before
    /// [`with_env`](Self::with_env), so that variables come before the file.
    ///
    /// What the file says and nobody here knows or can do is told in the log, one line for each.
    ///
    /// ```
    /// use jaeger_client::{Config, FileSettings};
    ///
    /// // Any format of serde.
    /// let settings: FileSettings = serde_json::from_str(
    ///     r#"{"serviceName": "shop", "sampler": {"type": "probabilistic", "param": 0.5}}"#,
    /// )?;
    /// let config = Config::new("").with_settings(settings)?.with_env()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a value cannot be used.
    pub fn with_settings(mut self, settings: FileSettings) -> Result<Self, ConfigError> {
        self.notes.extend(settings.notes());
        let FileSettings { service_name, disabled, traceid_128bit, tags, .. } = settings;
        if let Some(name) = service_name {
            self.service_name = name;
        }
        self.is_disabled = disabled.unwrap_or(self.is_disabled);
        if let Some(are_long) = traceid_128bit {
            self.has_short_trace_ids = !are_long;
        }
        if let Some(tags) = tags {
            self.tags = tags.into_iter().map(settings::Tag::into_tag).collect();
        }
        if let Some(formats) = settings.propagation {
            self.propagator = parse::propagation(&formats).map_err(|reason| error("propagation", reason))?;
        }
        if let Some(headers) = settings.headers {
            let propagator = self.propagator.with_header_names(names(headers));
            self.propagator = propagator.map_err(ConfigErrorKind::HeaderNames)?;
        }
        if let Some(sampler) = settings.sampler {
            self.set_sampler(sampler)?;
        }
        if let Some(reporter) = settings.reporter {
            self.set_reporter(reporter)?;
        }
        if let Some(restrictions) = settings.baggage_restrictions {
            self.baggage_restrictions = Some(restriction_settings(restrictions)?);
        }
        Ok(self)
    }

    fn set_sampler(&mut self, sampler: Sampler) -> Result<(), ConfigError> {
        let interval = sampler.sampling_refresh_interval.as_deref().map(parse::interval).transpose();
        let interval = interval.map_err(|reason| error("sampler.samplingRefreshInterval", reason))?;
        if let Some(kind) = sampler.kind {
            let kind = SamplerKind::parse(&kind).map_err(|reason| error("sampler.type", reason))?;
            self.sampler.settings().kind = kind;
        }
        if let Some(param) = sampler.param {
            self.sampler.settings().param = param;
        }
        if let SamplerChoice::Named(settings) = &mut self.sampler {
            if let Some(endpoint) = sampler.sampling_server_url {
                Question::new(&endpoint, "")
                    .map_err(|why| error("sampler.samplingServerURL", why.to_string()))?;
                settings.endpoint = endpoint;
            }
            settings.refresh_interval = interval.flatten().unwrap_or(settings.refresh_interval);
            // jaeger-client-go takes 0 for its default.
            settings.max_operations =
                sampler.max_operations.filter(|max| *max > 0).unwrap_or(settings.max_operations);
        }
        Ok(())
    }

    fn set_reporter(&mut self, reporter: Reporter) -> Result<(), ConfigError> {
        if let Some(spans) = reporter.queue_size.and_then(NonZeroUsize::new) {
            self.queue_spans = Some(spans);
        }
        if let Some(interval) = reporter.buffer_flush_interval {
            let interval = parse::interval(&interval);
            let interval = interval.map_err(|reason| error("reporter.bufferFlushInterval", reason))?;
            self.flush_interval = interval.or(self.flush_interval);
        }
        if let Some(interval) = reporter.attempt_reconnect_interval {
            let interval = parse::interval(&interval);
            let interval = interval.map_err(|reason| error("reporter.attemptReconnectInterval", reason))?;
            self.resolve_interval = interval.or(self.resolve_interval);
        }
        if reporter.disable_attempt_reconnecting == Some(true) {
            self.resolve_interval = Some(Duration::MAX);
        }
        self.log_spans = reporter.log_spans.unwrap_or(self.log_spans);
        if let Some(logs) = reporter.max_logs_per_span.and_then(NonZeroU32::new) {
            self.max_logs_per_span = Some(logs);
        }
        if let Some(url) = reporter.collector_endpoint {
            HttpTransport::new(&url).map_err(|why| error("reporter.collectorEndpoint", why.to_string()))?;
            self.destination = Destination::Collector(url);
        } else if let Some(address) = reporter.local_agent_host_port {
            self.destination = Destination::Agent(address);
        }
        match (reporter.user, reporter.password) {
            (Some(user), Some(password)) => self.collector_headers.set_basic(user, password),
            (None, None) => {}
            _ => return Err(error("reporter", "user and password are needed together".to_owned())),
        }
        for (name, value) in reporter.http_headers {
            self.collector_headers.add(name, value);
        }
        Ok(())
    }
}

fn restriction_settings(restrictions: Restrictions) -> Result<RestrictionSettings, ConfigError> {
    let host_port = restrictions.host_port;
    let host_port = host_port.as_deref().unwrap_or("localhost:5778");
    let mut settings = RestrictionSettings::new(format!("http://{host_port}/baggageRestrictions"));
    settings.denies_until_known = restrictions.deny_baggage_on_initialization_failure;
    if let Some(interval) = restrictions.refresh_interval {
        let interval = parse::interval(&interval);
        let interval = interval.map_err(|reason| error("baggage_restrictions.refreshInterval", reason))?;
        settings.refresh_interval = interval.unwrap_or(settings.refresh_interval);
    }
    Ok(settings)
}

fn names(headers: Headers) -> HeaderNames {
    let mut names = HeaderNames::default();
    let set = |name: &mut std::borrow::Cow<'static, str>, value: Option<String>| {
        if let Some(value) = value {
            *name = value.into();
        }
    };
    set(&mut names.trace_context, headers.trace_context_header_name);
    set(&mut names.baggage_prefix, headers.trace_baggage_header_prefix);
    set(&mut names.debug_id, headers.jaeger_debug_header);
    set(&mut names.baggage, headers.jaeger_baggage_header);
    names
}

fn error(key: &str, reason: String) -> ConfigError {
    ConfigErrorKind::File { name: key.to_owned(), reason }.into()
}

#[cfg(test)]
mod tests;
