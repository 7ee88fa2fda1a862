//! What an exported span says, in few words.

use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

/// Where the subjects say why a span ended as it did.
const REASONS: [&str; 4] = ["outcome", "error.type", "error.message", "exception.message"];

/// Said of each span; or that there is none.
pub fn each(spans: &[SpanData], say: impl Fn(&SpanData) -> String) -> String {
    match spans {
        [] => "no span".into(),
        [span] => say(span),
        _ => format!("{} spans: {}", spans.len(), spans.iter().map(say).collect::<Vec<_>>().join("; ")),
    }
}

/// How long, against what it should have been at least.
pub fn duration(span: &SpanData, at_least: Duration) -> String {
    let duration = span.end_time.duration_since(span.start_time).unwrap_or_default();
    match duration.as_millis() {
        _ if duration >= at_least => format!("≥ {} ms", at_least.as_millis()),
        ..10 => "< 10 ms".into(),
        millis => format!("{millis} ms"),
    }
}

/// The status and the reason for it.
pub fn mark(span: &SpanData) -> String {
    let reason = REASONS.iter().find_map(|key| tag(span, key));
    let (status, reason) = match &span.status {
        Status::Unset => (None, reason),
        Status::Ok => (Some("ok"), reason),
        Status::Error { description } if !description.is_empty() => {
            (Some("error"), reason.or(Some(description.to_string())))
        }
        Status::Error { .. } => (Some("error"), reason),
    };
    match (status, reason) {
        (None, None) => "unmarked".into(),
        (Some(status), None) => status.into(),
        (None, Some(reason)) => code(&reason),
        (Some(status), Some(reason)) => format!("{status} {}", code(&reason)),
    }
}

/// The value of a tag.
pub fn tag(span: &SpanData, key: &str) -> Option<String> {
    span.attributes.iter().find(|tag| tag.key.as_str() == key).map(|tag| tag.value.to_string())
}

/// Those of the tags that the span has, with their values.
pub fn tags(span: &SpanData, keys: &[&str]) -> Option<String> {
    let found = keys.iter().filter_map(|key| tag(span, key).map(|value| code(&format!("{key}={value}"))));
    let found: Vec<_> = found.collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Whether anything in the span contains the text: its name, its status, a tag, a log.
pub fn contains(span: &SpanData, text: &str) -> bool {
    let logs = span.events.iter().flat_map(|log| &log.attributes);
    let tags = span.attributes.iter().chain(logs).map(|tag| tag.value.to_string());
    tags.chain([span.name.to_string(), format!("{:?}", span.status)]).any(|value| value.contains(text))
}

pub fn code(text: &str) -> String {
    format!("`{text}`")
}
