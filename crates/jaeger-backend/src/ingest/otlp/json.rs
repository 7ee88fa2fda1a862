//! The JSON of OpenTelemetry's protocol, also as protobuf's rules for JSON allow it beside the usual form.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind, status::StatusCode},
};
use serde_json::Value;

/// Reads a request. What is written in the usual way is read at once; names as in protobuf, names of enumerators and `null` ask for a
/// second look.
pub(super) fn from_json(body: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    let usual: serde_json::Result<ExportTraceServiceRequest> = serde_json::from_slice(body);
    match usual {
        Ok(request) if is_whole(&request) => Ok(request),
        // What is no JSON is not looked at twice.
        Err(error) if !error.is_data() => Err(error),
        _ => serde_json::from_value(usual_form(serde_json::from_slice(body)?)),
    }
}

/// Whether it says all that it must: what has another name in protobuf's way would be missing.
fn is_whole(request: &ExportTraceServiceRequest) -> bool {
    let has_ids = |span: &Span| !span.trace_id.is_empty() && !span.span_id.is_empty();
    let has_spans = |scope: &ScopeSpans| !scope.spans.is_empty() && scope.spans.iter().all(has_ids);
    let has_scopes = |resource: &ResourceSpans| {
        !resource.scope_spans.is_empty() && resource.scope_spans.iter().all(has_spans)
    };
    !request.resource_spans.is_empty() && request.resource_spans.iter().all(has_scopes)
}

/// The same with JSON's names and numbers, and without what is `null`. No message of a request has keys of its sender's.
fn usual_form(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(usual_form).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            let usual = |(name, value)| {
                let name = camel_case(name);
                let number = match (name.as_str(), &value) {
                    ("kind", Value::String(kind)) => SpanKind::from_str_name(kind).map(i32::from),
                    ("code", Value::String(code)) => StatusCode::from_str_name(code).map(i32::from),
                    _ => None,
                };
                let value = number.map_or_else(|| usual_form(value), Value::from);
                (name, value)
            };
            Value::Object(fields.map(usual).collect())
        }
        other => other,
    }
}

fn camel_case(name: String) -> String {
    if !name.contains('_') {
        return name;
    }
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (head, rest) = part.split_at_checked(1).unwrap_or(("", part));
        name + &head.to_ascii_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},
        "scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b","name":"get",
        "kind":2,"startTimeUnixNano":"7","status":{"code":2}}]}]}]}"#;

    #[test]
    fn every_way_to_write_a_request_is_read_alike() {
        let expected = from_json(USUAL.as_bytes()).unwrap();
        assert_eq!(expected.resource_spans.len(), 1);
        let with_names = USUAL.replace("\"kind\":2", "\"kind\":\"SPAN_KIND_SERVER\"");
        let with_names = with_names.replace("\"code\":2", "\"code\":\"STATUS_CODE_ERROR\"");
        let with_nulls =
            USUAL.replace("\"name\":\"get\"", "\"name\":\"get\",\"attributes\":null,\"traceState\":null");
        let snake = [
            ("resourceSpans", "resource_spans"),
            ("scopeSpans", "scope_spans"),
            ("stringValue", "string_value"),
            ("traceId", "trace_id"),
            ("spanId", "span_id"),
            ("startTimeUnixNano", "start_time_unix_nano"),
        ];
        let snake =
            snake.into_iter().fold(USUAL.to_owned(), |text, (camel, snake)| text.replace(camel, snake));
        let mixed = USUAL.replace("scopeSpans", "scope_spans");
        let ids = USUAL.replace("traceId", "trace_id");
        for text in [with_names, with_nulls, mixed, ids, snake] {
            assert_eq!(from_json(text.as_bytes()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_no_rule_allows_is_refused() {
        for text in [
            "",
            "[",
            "7",
            r#"{"resourceSpans":7}"#,
            r#"{"resource_spans":[7]}"#,
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"NONE"}]}]}]}"#,
        ] {
            assert!(from_json(text.as_bytes()).is_err(), "{text}");
        }
    }
}
