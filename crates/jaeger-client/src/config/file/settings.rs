//! The keys of a file.

use std::{collections::BTreeMap, fmt};

use opentelemetry::{KeyValue, Value};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// What a file says: the keys of jaeger-client-go's `Configuration`, and `propagation`, as the variable `JAEGER_PROPAGATION`.
///
/// | Key | |
/// |---|---|
/// | `serviceName`, `disabled`, `traceid_128bit` | |
/// | `tags` | a list of `key` and `value` |
/// | `propagation` | such as `jaeger,w3c` |
/// | `sampler` | `type`, `param`, `samplingServerURL`, `samplingRefreshInterval`, `maxOperations` |
/// | `reporter` | `queueSize`, `bufferFlushInterval`, `logSpans`, `disableAttemptReconnecting`, `attemptReconnectInterval`, `localAgentHostPort`, `collectorEndpoint`, `user`, `password`, `http_headers`, `maxLogsPerSpan` |
/// | `headers` | `jaegerDebugHeader`, `jaegerBaggageHeader`, `TraceContextHeaderName`, `traceBaggageHeaderPrefix` |
/// | `baggage_restrictions` | `denyBaggageOnInitializationFailure`, `hostPort`, `refreshInterval` |
///
/// Durations are text as in Go, `1m30s`. Keys are read in any order, and those that are not known are kept to be told.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileSettings {
    #[serde(deserialize_with = "text")]
    pub(super) service_name: Option<String>,
    pub(super) disabled: Option<bool>,
    #[serde(rename = "rpc_metrics")]
    rpc_metrics: Option<bool>,
    #[serde(rename = "traceid_128bit")]
    pub(super) traceid_128bit: Option<bool>,
    pub(super) tags: Option<Vec<Tag>>,
    #[serde(deserialize_with = "text")]
    pub(super) propagation: Option<String>,
    pub(super) sampler: Option<Sampler>,
    pub(super) reporter: Option<Reporter>,
    pub(super) headers: Option<Headers>,
    #[serde(rename = "baggage_restrictions")]
    pub(super) baggage_restrictions: Option<Restrictions>,
    throttler: Option<IgnoredAny>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tag {
    #[serde(alias = "Key")]
    key: String,
    #[serde(alias = "Value")]
    value: TagValue,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum TagValue {
    Bool(bool),
    Long(i64),
    Double(f64),
    Text(String),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sampler {
    #[serde(rename = "type")]
    #[serde(deserialize_with = "text")]
    pub(super) kind: Option<String>,
    pub(super) param: Option<f64>,
    #[serde(rename = "samplingServerURL")]
    #[serde(deserialize_with = "text")]
    pub(super) sampling_server_url: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) sampling_refresh_interval: Option<String>,
    pub(super) max_operations: Option<usize>,
    operation_name_late_binding: Option<bool>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reporter {
    pub(super) queue_size: Option<usize>,
    // As Go's YAML reads a field that has been given no name.
    #[serde(alias = "bufferflushinterval", alias = "BufferFlushInterval")]
    #[serde(deserialize_with = "text")]
    pub(super) buffer_flush_interval: Option<String>,
    #[serde(alias = "attemptreconnectinterval", alias = "AttemptReconnectInterval")]
    #[serde(deserialize_with = "text")]
    pub(super) attempt_reconnect_interval: Option<String>,
    pub(super) disable_attempt_reconnecting: Option<bool>,
    pub(super) log_spans: Option<bool>,
    pub(super) max_logs_per_span: Option<u32>,
    #[serde(deserialize_with = "text")]
    pub(super) local_agent_host_port: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) collector_endpoint: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) user: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) password: Option<String>,
    #[serde(rename = "http_headers", deserialize_with = "texts")]
    pub(super) http_headers: BTreeMap<String, String>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Headers {
    #[serde(deserialize_with = "text")]
    pub(super) jaeger_debug_header: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) jaeger_baggage_header: Option<String>,
    #[serde(alias = "TraceContextHeaderName")]
    #[serde(deserialize_with = "text")]
    pub(super) trace_context_header_name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) trace_baggage_header_prefix: Option<String>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Restrictions {
    pub(super) deny_baggage_on_initialization_failure: bool,
    #[serde(deserialize_with = "text")]
    pub(super) host_port: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) refresh_interval: Option<String>,
    #[serde(flatten)]
    unknown: Unknown,
}

/// Text that is not empty, and what YAML makes of it when it has no quotes: a password may look like a number.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Option::<TagValue>::deserialize(deserializer)?;
    Ok(value.map(|value| value.to_string()).filter(|text| !text.is_empty()))
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, TagValue>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|(key, value)| (key, value.to_string())).collect())
}

/// Keys that nobody here knows.
type Unknown = BTreeMap<String, IgnoredAny>;

// === impl FileSettings ===

impl FileSettings {
    /// What is not known or not supported, one line for each.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut unknown = |part: &str, keys: &Unknown| {
            notes.extend(keys.keys().map(|key| format!("the setting {part}{key} is not known")));
        };
        unknown("", &self.unknown);
        if let Some(sampler) = &self.sampler {
            unknown("sampler.", &sampler.unknown);
        }
        if let Some(reporter) = &self.reporter {
            unknown("reporter.", &reporter.unknown);
        }
        if let Some(headers) = &self.headers {
            unknown("headers.", &headers.unknown);
        }
        if let Some(restrictions) = &self.baggage_restrictions {
            unknown("baggage_restrictions.", &restrictions.unknown);
        }
        let mut unsupported = |is_set: bool, key: &str, why: &str| {
            if is_set {
                notes.push(format!("the setting {key} is not supported: {why}"));
            }
        };
        unsupported(
            self.rpc_metrics == Some(true),
            "rpc_metrics",
            "the layers of tower-jaeger count requests, if they are given a meter",
        );
        unsupported(
            self.sampler.as_ref().is_some_and(|sampler| sampler.operation_name_late_binding == Some(true)),
            "sampler.operationNameLateBinding",
            "a trace is sampled by the name with which it begins",
        );
        unsupported(self.throttler.is_some(), "throttler", "debug ids are limited where requests come in");
        notes
    }
}

// === impl Tag ===

impl Tag {
    pub(super) fn into_tag(self) -> KeyValue {
        let value = match self.value {
            TagValue::Bool(value) => Value::from(value),
            TagValue::Long(value) => Value::from(value),
            TagValue::Double(value) => Value::from(value),
            TagValue::Text(value) => Value::from(value),
        };
        KeyValue::new(self.key, value)
    }
}

impl fmt::Display for TagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Long(value) => value.fmt(f),
            Self::Double(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl fmt::Debug for FileSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // There may be a password.
        let Self { service_name, sampler, headers, .. } = self;
        f.debug_struct("FileSettings")
            .field("service_name", service_name)
            .field("sampler", sampler)
            .field("headers", headers)
            .finish_non_exhaustive()
    }
}
