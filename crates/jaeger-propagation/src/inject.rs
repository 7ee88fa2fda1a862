//! From a span context and baggage to the headers of a request.

use std::borrow::Cow;

use crate::{InjectCarrier, JaegerPropagator, SpanContext, percent};

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
            name.extend(key.chars().flat_map(char::to_lowercase));
            let value = if format.is_url_encoded() {
                encoded.clear();
                percent::encode(value, &mut encoded);
                Cow::Borrowed(encoded.as_str())
            } else {
                Cow::Borrowed(value)
            };
            if key.is_empty() || !format.accepts_name(&name) {
                self.shared.counters.count_baggage_skipped();
            } else {
                carrier.set(&name, &value);
            }
        }
    }
}
