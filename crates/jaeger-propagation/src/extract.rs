//! From the headers of a request to a span context and baggage.

use std::borrow::Cow;

use crate::{
    Baggage, ExtractCarrier, ExtractError, JaegerPropagator, MalformedPart, PropagationCounters, SpanContext,
    percent::decode_lossless, propagator::Shared, span_context::trim_blanks,
};

/// What a request carried.
///
/// With a valid `span_context` the request joins that trace. Without one it starts a new root, which takes the
/// baggage on, and which a `debug_id` makes a debug trace with the tag `jaeger-debug-id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extracted {
    /// The caller's span; always valid.
    pub span_context: Option<SpanContext>,
    /// The `jaeger-debug-id` of a request that otherwise has no trace; never blank.
    pub debug_id: Option<String>,
    /// Items of `uberctx-*` and `jaeger-baggage`; `uberctx-*` wins on the same key.
    pub baggage: Baggage,
}

/// One pass over the headers: everything is borrowed until it is known to be wanted.
struct Reader<'p, 'c> {
    shared: &'p Shared,
    url_encoded: bool,
    trace_header: Option<&'c [u8]>,
    conflicting: bool,
    debug_id: Option<&'c [u8]>,
    by_hand: Baggage,
    baggage: Baggage,
}

// === impl JaegerPropagator ===

impl JaegerPropagator {
    /// Reads the span context, the baggage and the debug id of a request. Allocates only for baggage and the
    /// debug id.
    ///
    /// # Errors
    ///
    /// The trace header is malformed. The request then starts a new root, and its baggage and debug id are not
    /// used either, as in the clients for Go, Java and Python.
    pub fn extract<C: ExtractCarrier + ?Sized>(&self, carrier: &C) -> Result<Extracted, ExtractError> {
        let mut reader = Reader::new(&self.shared, carrier.format().is_url_encoded());
        carrier.for_each(|name, value| reader.header(name, value));
        reader.finish().inspect_err(|_| self.shared.counters.count_malformed())
    }
}

// === impl Reader ===

impl<'p, 'c> Reader<'p, 'c> {
    fn new(shared: &'p Shared, url_encoded: bool) -> Self {
        Self {
            shared,
            url_encoded,
            trace_header: None,
            conflicting: false,
            debug_id: None,
            by_hand: Baggage::default(),
            baggage: Baggage::default(),
        }
    }

    #[inline]
    fn header(&mut self, name: &str, value: &'c [u8]) {
        let names = &self.shared.names;
        if name.eq_ignore_ascii_case(&names.trace_context) {
            let value = trim_blanks(value);
            self.conflicting |= self.trace_header.is_some_and(|first| first != value);
            self.trace_header = Some(value);
        } else if let Some(key) = names.baggage_key(name) {
            let item = self.text(value);
            insert(self.shared, &mut self.baggage, key, item.as_deref());
        } else if name.eq_ignore_ascii_case(&names.debug_id) {
            self.debug_id = Some(value);
        } else if name.eq_ignore_ascii_case(&names.baggage) {
            self.baggage_by_hand(value);
        }
    }

    /// `jaeger-baggage: key1=value1, key2=value2`; a token without exactly one `=` is not an item.
    fn baggage_by_hand(&mut self, value: &'c [u8]) {
        let Some(text) = self.text(value) else {
            return self.shared.counters.count_baggage_dropped();
        };
        for token in text.split(',').filter(|token| !token.trim().is_empty()) {
            match token.split_once('=') {
                Some((key, value)) if !value.contains('=') => {
                    insert(self.shared, &mut self.by_hand, key.trim(), Some(value.trim()));
                }
                _ => self.shared.counters.count_baggage_dropped(),
            }
        }
    }

    fn text<'v>(&self, value: &'v [u8]) -> Option<Cow<'v, str>> {
        let text = std::str::from_utf8(value).ok()?;
        Some(if self.url_encoded { decode_lossless(text) } else { Cow::Borrowed(text) })
    }

    fn finish(self) -> Result<Extracted, ExtractError> {
        if self.conflicting {
            return Err(ExtractError::new(
                MalformedPart::Header,
                "one trace header, found several that differ",
            ));
        }
        let span_context = match self.trace_header {
            Some(value) => SpanContext::parse(value, self.url_encoded)?,
            None => None,
        };
        let debug_id = match span_context {
            None => self.debug_id.and_then(|value| self.text(value)).filter(|id| !id.trim().is_empty()),
            Some(_) => None,
        };
        let debug_id = debug_id.map(Cow::into_owned);
        let mut baggage = self.baggage;
        for (key, value) in self.by_hand.iter() {
            if baggage.get(key).is_none() {
                insert(self.shared, &mut baggage, key, Some(value));
            }
        }
        Ok(Extracted { span_context, debug_id, baggage })
    }
}

fn insert(shared: &Shared, baggage: &mut Baggage, key: &str, value: Option<&str>) {
    let counters: &PropagationCounters = &shared.counters;
    let kept = match value {
        Some(value) if !key.is_empty() => baggage.insert_within(shared.limits, &lower_case(key), value),
        _ => false,
    };
    if !kept {
        counters.count_baggage_dropped();
    }
}

/// HTTP/2, gRPC and `http::HeaderMap` have lower-case names anyway.
fn lower_case(key: &str) -> Cow<'_, str> {
    if key.chars().any(char::is_uppercase) { Cow::Owned(key.to_lowercase()) } else { Cow::Borrowed(key) }
}
