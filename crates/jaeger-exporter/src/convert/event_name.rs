//! What the name of an event is in a log.

use opentelemetry::KeyValue;

/// What becomes of an event's name, and which of its attributes are fields of the log.
///
/// OpenTelemetry's rules for OpenTracing shims make events of logs: one without a field `event` is called `log`, and one whose `event` is
/// `error` is called `exception` and has `exception.*` beside its own fields. In Jaeger they are what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventName {
    /// The field `event`, before the others.
    IsField,
    /// The program has set that field itself, or has none.
    IsNot,
    /// The event of an error of OpenTracing, whose attributes `exception.*` say again what other fields say.
    IsOfOpenTracing,
}

// === impl EventName ===

impl EventName {
    /// That of an event.
    pub fn of(name: &str, attributes: &[KeyValue]) -> Self {
        let own = attributes.iter().find(|attribute| attribute.key.as_str() == "event");
        match (own, name) {
            (None, "log") => Self::IsNot,
            (None, _) => Self::IsField,
            (Some(own), "exception") if own.value.as_str() == "error" => Self::IsOfOpenTracing,
            (Some(_), _) => Self::IsNot,
        }
    }

    /// Whether this one of the attributes is a field of the log.
    pub fn keeps(self, attribute: &KeyValue, attributes: &[KeyValue]) -> bool {
        let said_by = match attribute.key.as_str() {
            _ if self != Self::IsOfOpenTracing => return true,
            "exception.type" => &["error.kind"][..],
            "exception.message" => &["error.object", "message"],
            "exception.stacktrace" => &["stack"],
            _ => return true,
        };
        !attributes.iter().any(|other| said_by.contains(&other.key.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_of_opentracing_is_what_it_was() {
        let fields = |fields: &[(&'static str, &'static str)]| -> Vec<KeyValue> {
            fields.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect()
        };
        let kept = |name: &str, given: &[(&'static str, &'static str)]| {
            let given = fields(given);
            let naming = EventName::of(name, &given);
            let kept = given
                .iter()
                .filter(|field| naming.keeps(field, &given))
                .map(|field| field.key.as_str().to_owned());
            (naming == EventName::IsField, kept.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(kept("retry", &[("attempt", "2")]), (true, "attempt".into()));
        assert_eq!(kept("retry", &[("event", "own")]), (false, "event".into()));
        assert_eq!(kept("log", &[("value", "x")]), (false, "value".into()));
        let error = [("event", "error"), ("error.object", "x"), ("exception.message", "x")];
        assert_eq!(kept("exception", &error), (false, "event error.object".into()));
        let own = [("event", "error"), ("exception.message", "x"), ("exception.id", "7")];
        assert_eq!(kept("exception", &own), (false, "event exception.message exception.id".into()));
        // Of OpenTelemetry itself.
        assert_eq!(kept("exception", &[("exception.message", "x")]), (true, "exception.message".into()));
    }
}
