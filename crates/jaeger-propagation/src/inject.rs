//! From a span context and baggage to the headers of a request.

use crate::{InjectCarrier, JaegerPropagator, SpanContext, percent};

// === impl JaegerPropagator ===

impl JaegerPropagator {
    /// Writes the span context and the baggage. Whatever of Jaeger's headers the carrier already holds goes first,
    /// so that a forwarded request never leaves with two contexts.
    ///
    /// Nothing is written for a missing or invalid context; the baggage is written all the same. Keys are sent in
    /// lower case; an item whose key the carrier cannot hold is left out and counted. Values are percent-encoded
    /// in headers, and sent as they are in maps of text, as the Jaeger clients do.
    pub fn inject<'b, C: InjectCarrier + ?Sized>(
        &self,
        span_context: Option<&SpanContext>,
        baggage: impl IntoIterator<Item = (&'b str, &'b str)>,
        carrier: &mut C,
    ) {
        let names = &self.shared.names;
        let format = carrier.format();
        carrier.remove_if(|name| names.contains(name));
        if let Some(context) = span_context.filter(|context| context.is_valid()) {
            carrier.set(&names.trace_context, context.to_header().as_str());
        }
        let (mut name, mut encoded) = (String::new(), String::new());
        for (key, value) in baggage {
            name.clear();
            name.push_str(&names.baggage_prefix);
            push_lower_case(key, &mut name);
            if key.is_empty() || !format.accepts_name(&name) {
                self.shared.counters.count_baggage_skipped();
            } else if format.is_url_encoded() {
                carrier.set(&name, percent::encode(value, &mut encoded));
            } else {
                carrier.set(&name, value);
            }
        }
    }
}

fn push_lower_case(key: &str, name: &mut String) {
    if key.is_ascii() {
        let start = name.len();
        name.push_str(key);
        if let Some(key) = name.get_mut(start..) {
            key.make_ascii_lowercase();
        }
    } else {
        name.extend(key.chars().flat_map(char::to_lowercase));
    }
}
