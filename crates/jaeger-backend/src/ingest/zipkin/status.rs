//! What the tags of Zipkin's first format say of a span's outcome.

use opentelemetry_proto::tonic::{
    common::v1::any_value::Value,
    trace::v1::{Status, status::StatusCode},
};

use super::attributes::as_text;

/// Collects what the tags say; the most telling of them counts.
#[derive(Debug, Default)]
pub(super) struct StatusOfTags {
    census: Option<StatusCode>,
    census_message: String,
    otel: Option<StatusCode>,
    otel_message: String,
    error: Option<String>,
    http: Option<StatusCode>,
    http_message: String,
}

// === impl StatusOfTags ===

impl StatusOfTags {
    /// Looks at a tag, and says whether the status tells all of it.
    pub(super) fn takes(&mut self, key: &str, value: &Value) -> bool {
        let text = || as_text(value).unwrap_or_default().to_owned();
        match key {
            "census.status_code" => {
                // There 0 is OK.
                let code = |number| if number == 0 { StatusCode::Ok } else { StatusCode::Error };
                self.census = number(value).map(code).or(self.census);
            }
            "census.status_description" | "opencensus.status_description" => self.census_message = text(),
            "otel.status_code" => self.otel = number(value).map(of_otel).or(self.otel),
            "otel.status_description" => self.otel_message = text(),
            "error" => self.error = Some(text()),
            "http.status_code" => {
                let code =
                    |number| if (100..400).contains(&number) { StatusCode::Unset } else { StatusCode::Error };
                self.http = number(value).map(code).or(self.http);
                return false;
            }
            "http.status_message" => {
                self.http_message = text();
                return false;
            }
            _ => return false,
        }
        true
    }

    pub(super) fn status(self) -> Option<Status> {
        let first = |messages: [String; 3]| messages.into_iter().find(|text| !text.is_empty());
        let (code, message) = match self {
            Self { census: Some(code), census_message, .. } => (code, census_message),
            Self { otel: Some(code), otel_message, .. } => (code, otel_message),
            Self { error: Some(error), census_message, otel_message, .. } => {
                let said = if matches!(error.as_str(), "true" | "false") { String::new() } else { error };
                (StatusCode::Error, first([census_message, otel_message, said]).unwrap_or_default())
            }
            Self { http: Some(code), http_message, .. } => (code, http_message),
            _ => return None,
        };
        Some(Status { code: code.into(), message })
    }
}

fn of_otel(number: i64) -> StatusCode {
    match number {
        1 => StatusCode::Ok,
        2 => StatusCode::Error,
        _ => StatusCode::Unset,
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::IntValue(number) => Some(*number),
        Value::StringValue(text) => text.parse().ok(),
        _ => None,
    }
}
