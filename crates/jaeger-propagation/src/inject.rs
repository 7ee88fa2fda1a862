//! From a span context and baggage to the headers of a request.

use crate::{
    BaggageDrop, CarrierFormat, Extracted, Format, InjectCarrier, Propagator, SpanContext, Written, b3,
    baggage::{ItemRef, lower_case},
    format::FormatSet,
    header_names::{B3_SINGLE, W3cHeader},
    percent, w3c,
};

/// What goes out beside the baggage.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outgoing<'a> {
    /// `None` or a valid one.
    pub(crate) span_context: Option<SpanContext>,
    pub(crate) trace_state: Option<&'a str>,
    /// The formats in which the request came, where that matters.
    pub(crate) received: FormatSet,
}

// === impl Propagator ===

impl Propagator {
    /// Writes the span context and the baggage, in all formats that are to be written. Whatever the carrier already
    /// holds of a trace goes first, in every format, so that a forwarded request never leaves with two contexts.
    ///
    /// Nothing is written for a missing or invalid context, and a trace header that the carrier holds stays; baggage
    /// is written all the same. An item whose key the carrier cannot hold is left out and counted, for each format.
    /// Jaeger's keys are sent in lower case, and its values percent-encoded in headers and as they are in maps of
    /// text, as the Jaeger clients do.
    pub fn inject<'b, C: InjectCarrier + ?Sized>(
        &self,
        span_context: Option<&SpanContext>,
        baggage: impl IntoIterator<Item = (&'b str, &'b str)>,
        carrier: &mut C,
    ) {
        let span_context = span_context.copied().filter(SpanContext::is_valid);
        let items = baggage.into_iter().map(|(key, value)| ItemRef { key, value, properties: "" });
        self.write(Outgoing { span_context, ..Outgoing::default() }, items, carrier);
    }

    /// Passes on what a request carried, as a proxy without spans of its own does: the trace with W3C's trace state,
    /// and the baggage with its properties. The debug id is not passed on, as no client does.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use jaeger_propagation::Propagator;
    ///
    /// let propagator = Propagator::as_received();
    /// let single = |name: &str, value: &str| HashMap::from([(name.to_string(), value.to_string())]);
    /// let request = single("b3", "7b-1c8-1");
    /// let mut forwarded = single("uber-trace-id", "stale");
    /// propagator.forward(&propagator.extract(&request), &mut forwarded);
    /// assert_eq!(forwarded, single("b3", "000000000000007b-00000000000001c8-1"));
    /// ```
    pub fn forward<C: InjectCarrier + ?Sized>(&self, extracted: &Extracted, carrier: &mut C) {
        let outgoing = Outgoing {
            span_context: extracted.span_context,
            trace_state: extracted.trace_state.as_deref(),
            received: extracted.received,
        };
        self.write(outgoing, extracted.baggage.items(), carrier);
    }

    pub(crate) fn write<'b, C: InjectCarrier + ?Sized>(
        &self,
        outgoing: Outgoing<'_>,
        baggage: impl Iterator<Item = ItemRef<'b>>,
        carrier: &mut C,
    ) {
        let mut baggage = baggage.peekable();
        if outgoing.span_context.is_none() && baggage.peek().is_none() {
            return;
        }
        let has_trace = outgoing.span_context.is_some();
        carrier.remove_if(|name| {
            let header = self.shared.names.classify(name);
            header.is_some_and(|header| match header.is_baggage() {
                // Baggage of a format that is not spoken has not been read, so nothing takes its place.
                true => self.shared.speaks(header.format()),
                false => has_trace,
            })
        });
        let in_kind = self.shared.answers_in_kind && !outgoing.received.is_empty();
        let formats = if in_kind { outgoing.received } else { self.shared.inject };
        if let Some(context) = &outgoing.span_context {
            self.write_trace(formats, context, outgoing.trace_state, carrier);
        }
        if baggage.peek().is_some() {
            self.write_baggage(formats, baggage, carrier);
        }
    }

    fn write_trace<C: InjectCarrier + ?Sized>(
        &self,
        formats: FormatSet,
        context: &SpanContext,
        trace_state: Option<&str>,
        carrier: &mut C,
    ) {
        for format in Format::ALL.into_iter().filter(|format| formats.contains(*format)) {
            let written = match format {
                Format::Jaeger => {
                    carrier.set(&self.shared.names.jaeger.trace_context, context.to_header().as_str())
                }
                Format::W3c => self.write_w3c(context, trace_state, carrier),
                Format::B3Single => carrier.set(B3_SINGLE, b3::to_single(context).as_str()),
                Format::B3Multi => {
                    let headers = b3::to_multi(context);
                    let written = headers.map(|(header, text)| carrier.set(header.name(), text.as_str()));
                    written.fold(Written::New, |all, one| if all == Written::Refused { all } else { one })
                }
            };
            if written != Written::Refused {
                self.shared.counters.count_injected(format);
            }
        }
    }

    fn write_w3c<C: InjectCarrier + ?Sized>(
        &self,
        context: &SpanContext,
        trace_state: Option<&str>,
        carrier: &mut C,
    ) -> Written {
        let written = carrier.set(W3cHeader::TraceParent.name(), w3c::to_header(context).as_str());
        if let Some(state) = trace_state
            && (!w3c::is_printable(state)
                || carrier.set(W3cHeader::TraceState.name(), state) == Written::Refused)
        {
            self.shared.counters.count_trace_state_dropped();
        }
        written
    }

    fn write_baggage<'b, C: InjectCarrier + ?Sized>(
        &self,
        formats: FormatSet,
        baggage: impl Iterator<Item = ItemRef<'b>>,
        carrier: &mut C,
    ) {
        let dropped = |cause| self.shared.counters.count_baggage_dropped(cause);
        let (in_jaeger, in_w3c) = (formats.contains(Format::Jaeger), formats.contains(Format::W3c));
        let buffer = |bytes, is_needed| String::with_capacity(if is_needed { bytes } else { 0 });
        let (mut name, mut encoded) = (buffer(64, in_jaeger), buffer(64, in_jaeger));
        let (mut members, mut member_count) = (buffer(256, in_w3c), 0);
        for item in baggage {
            if !in_jaeger && !in_w3c {
                dropped(BaggageDrop::NoFormat);
            }
            if in_jaeger && let Err(cause) = self.write_jaeger_item(item, &mut name, &mut encoded, carrier) {
                dropped(cause);
            }
            if in_w3c {
                match self.push_w3c_member(item, &mut members) {
                    Ok(()) => member_count += 1,
                    Err(cause) => dropped(cause),
                }
            }
        }
        if !members.is_empty() && carrier.set(W3cHeader::Baggage.name(), &members) == Written::Refused {
            (0..member_count).for_each(|_| dropped(BaggageDrop::CarrierFull));
        }
    }

    /// One header; `name` and `encoded` are buffers that keep their room from item to item.
    fn write_jaeger_item<C: InjectCarrier + ?Sized>(
        &self,
        item: ItemRef<'_>,
        name: &mut String,
        encoded: &mut String,
        carrier: &mut C,
    ) -> Result<(), BaggageDrop> {
        let spelling = carrier.format();
        name.clear();
        name.push_str(&self.shared.names.jaeger.baggage_prefix);
        name.push_str(&lower_case(item.key));
        if item.key.is_empty() || !spelling.accepts_name(name) {
            return Err(BaggageDrop::UnsendableKey);
        }
        let value = if spelling.is_url_encoded() {
            encoded.clear();
            percent::encode_into(item.value, encoded);
            encoded
        } else {
            item.value
        };
        match carrier.set(name, value) {
            Written::New => Ok(()),
            Written::Replaced => Err(BaggageDrop::SameKey),
            Written::Refused => Err(BaggageDrop::CarrierFull),
        }
    }

    /// One member of the list. Properties that cannot be sent are left out and counted; the item goes without them.
    fn push_w3c_member(&self, item: ItemRef<'_>, members: &mut String) -> Result<(), BaggageDrop> {
        let are_sendable = w3c::are_sendable(item.properties);
        if !are_sendable {
            self.shared.counters.count_baggage_dropped(BaggageDrop::UnsendableProperties);
        }
        let properties = if are_sendable { item.properties } else { "" };
        if !CarrierFormat::HttpHeaders.accepts_name(item.key) {
            return Err(BaggageDrop::UnsendableKey);
        }
        let is_pushed = w3c::push_member(ItemRef { properties, ..item }, members);
        if is_pushed { Ok(()) } else { Err(BaggageDrop::TooManyBytes) }
    }
}
