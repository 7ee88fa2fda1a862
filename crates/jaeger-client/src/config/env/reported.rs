//! Variables that have no effect, and what their owner is told.

use super::variables::Variables;
use crate::{config::parse, error::ConfigError};

/// Those that have one.
const APPLIED: [&str; 23] = [
    "JAEGER_AGENT_HOST",
    "JAEGER_AGENT_PORT",
    "JAEGER_AUTH_TOKEN",
    "JAEGER_DISABLED",
    "JAEGER_ENDPOINT",
    "JAEGER_PASSWORD",
    "JAEGER_PROPAGATION",
    "JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED",
    "JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL",
    "JAEGER_REPORTER_FLUSH_INTERVAL",
    "JAEGER_REPORTER_LOG_SPANS",
    "JAEGER_REPORTER_MAX_QUEUE_SIZE",
    "JAEGER_RPC_METRICS",
    "JAEGER_SAMPLER_MANAGER_HOST_PORT",
    "JAEGER_SAMPLER_MAX_OPERATIONS",
    "JAEGER_SAMPLER_PARAM",
    "JAEGER_SAMPLER_REFRESH_INTERVAL",
    "JAEGER_SAMPLER_TYPE",
    "JAEGER_SAMPLING_ENDPOINT",
    "JAEGER_SERVICE_NAME",
    "JAEGER_TAGS",
    "JAEGER_TRACEID_128BIT",
    "JAEGER_USER",
];

/// Of other clients.
const UNSUPPORTED: [(&str, &str); 4] = [
    ("JAEGER_SENDER_FACTORY", "the destination decides how spans are sent"),
    ("JAEGER_SAMPLER_HOST", "set JAEGER_SAMPLING_ENDPOINT, a whole URL"),
    ("JAEGER_SAMPLER_PORT", "set JAEGER_SAMPLING_ENDPOINT, a whole URL"),
    ("JAEGER_SAMPLER_ENDPOINT", "set JAEGER_SAMPLING_ENDPOINT, a whole URL"),
];

/// One line for each.
pub(super) fn notes(variables: &Variables) -> Result<Vec<String>, ConfigError> {
    let mut notes = Vec::new();
    for name in variables.jaegers() {
        if let Some((_, why)) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == name) {
            notes.push(format!("{name} is not supported: {why}"));
        } else if !APPLIED.contains(&name) && !is_service_link(name) {
            notes.push(format!("{name} is not known"));
        }
    }
    if variables.read("JAEGER_RPC_METRICS", parse::boolean)? == Some(true) {
        let why = "the layers of tower-jaeger count requests, if they are given a meter";
        notes.push(format!("JAEGER_RPC_METRICS is not supported: {why}"));
    }
    if variables.text("JAEGER_SAMPLER_MANAGER_HOST_PORT").is_some() {
        notes.push("JAEGER_SAMPLER_MANAGER_HOST_PORT is deprecated: set JAEGER_SAMPLING_ENDPOINT".to_owned());
    }
    if variables.text("JAEGER_ENDPOINT").is_some() {
        for name in ["JAEGER_AGENT_HOST", "JAEGER_AGENT_PORT"] {
            if variables.text(name).is_some() {
                notes.push(format!("{name} is not where spans go: JAEGER_ENDPOINT comes before it"));
            }
        }
    }
    if variables
        .text("JAEGER_REPORTER_FLUSH_INTERVAL")
        .is_some_and(|text| text.parse::<u64>().is_ok_and(|n| n > 0))
    {
        notes.push(
            "JAEGER_REPORTER_FLUSH_INTERVAL without a unit is taken for milliseconds: write 1s or 500ms"
                .to_owned(),
        );
    }
    Ok(notes)
}

/// What Kubernetes sets for a service whose name begins with `jaeger`, as `JAEGER_COLLECTOR_SERVICE_HOST` and
/// `JAEGER_COLLECTOR_PORT_14268_TCP_ADDR`: nobody's settings.
fn is_service_link(name: &str) -> bool {
    let is_port = |rest: &str| rest.is_empty() || rest.starts_with('_');
    name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.rfind("_PORT").and_then(|at| name.get(at + "_PORT".len()..)).is_some_and(is_port)
        || name.contains("_PORT_")
}
