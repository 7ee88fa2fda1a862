//! Variables that have no effect, and what their owner is told.

use super::variables::Variables;
use crate::{
    config::{Config, destination::Destination, parse, sampler_choice::SamplerChoice},
    error::ConfigError,
};

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

/// Those that are of use to a collector only.
const OF_A_COLLECTOR: [&str; 3] = ["JAEGER_AUTH_TOKEN", "JAEGER_PASSWORD", "JAEGER_USER"];

/// Those that are of use to an agent only.
const OF_AN_AGENT: [&str; 4] = [
    "JAEGER_AGENT_HOST",
    "JAEGER_AGENT_PORT",
    "JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED",
    "JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL",
];

/// Those of a sampler that variables name.
const OF_A_SAMPLER: [&str; 4] = [
    "JAEGER_SAMPLER_MANAGER_HOST_PORT",
    "JAEGER_SAMPLER_MAX_OPERATIONS",
    "JAEGER_SAMPLER_REFRESH_INTERVAL",
    "JAEGER_SAMPLING_ENDPOINT",
];

/// One line for each, of what the configuration is with the variables.
pub(super) fn notes(variables: &Variables, config: &Config) -> Result<Vec<String>, ConfigError> {
    let is_to_collector = matches!(config.destination, Destination::Collector(_));
    let is_to_agent = matches!(config.destination, Destination::Agent(_) | Destination::BinaryAgent(_));
    let has_own_sampler = matches!(config.sampler, SamplerChoice::Own(_));
    let mut notes = Vec::new();
    for (name, value) in variables.jaegers() {
        let note = if let Some((_, why)) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == name) {
            format!("is not supported: {why}")
        } else if !APPLIED.contains(&name) && !is_service_link(name, value) {
            "is not known".to_owned()
        } else if OF_A_COLLECTOR.contains(&name) && !is_to_collector {
            "has no effect: spans do not go to a collector".to_owned()
        } else if OF_AN_AGENT.contains(&name) && !is_to_agent {
            "has no effect on where spans go: that is no agent".to_owned()
        } else if OF_A_SAMPLER.contains(&name) && has_own_sampler {
            "has no effect: the program has a sampler of its own".to_owned()
        } else if name == "JAEGER_SAMPLER_MANAGER_HOST_PORT" {
            "is deprecated: set JAEGER_SAMPLING_ENDPOINT".to_owned()
        } else {
            continue;
        };
        notes.push(format!("{name} {note}"));
    }
    if variables.read("JAEGER_RPC_METRICS", parse::boolean)? == Some(true) {
        let why = "the layers of tower-jaeger count requests, if they are given a meter";
        notes.push(format!("JAEGER_RPC_METRICS is not supported: {why}"));
    }
    let is_set = |name| variables.text(name).is_some();
    if is_to_collector && is_set("JAEGER_AUTH_TOKEN") && is_set("JAEGER_USER") {
        notes.push("JAEGER_USER has no effect: JAEGER_AUTH_TOKEN comes before it".to_owned());
    }
    let flush = variables.text("JAEGER_REPORTER_FLUSH_INTERVAL");
    if flush.is_some_and(|text| text.parse::<u64>().is_ok_and(|millis| millis > 0)) {
        notes.push("JAEGER_REPORTER_FLUSH_INTERVAL is taken for milliseconds: write 1s or 500ms".to_owned());
    }
    Ok(notes)
}

/// What Kubernetes sets for a service whose name begins with `jaeger`, as `JAEGER_COLLECTOR_SERVICE_HOST`,
/// `JAEGER_COLLECTOR_PORT` with a URL, and `JAEGER_COLLECTOR_PORT_14268_TCP_ADDR`: nobody's settings.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_port_of_service = || {
        let rest = name.rsplit_once("_PORT_").map(|(_, rest)| rest).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_digit())
    };
    name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || value.starts_with("tcp://")
        || value.starts_with("udp://")
        || is_port_of_service()
}
