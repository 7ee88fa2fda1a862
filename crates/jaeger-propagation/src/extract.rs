//! From the headers of a request to a span context and baggage.

use std::borrow::Cow;

use crate::{
    Baggage, BaggageDrop, ExtractCarrier, ExtractError, Format, MalformedPart, Propagator, SpanContext, b3,
    baggage::BaggageItem,
    format::FormatSet,
    header_names::{B3Header, Header, W3cHeader},
    percent::Coding,
    propagator::Shared,
    span_context::trim_blanks,
    w3c,
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
    /// The format of the header that was believed; `None` without a `span_context`.
    pub format: Option<Format>,
    /// W3C's `tracestate` of that trace, as it came; to be passed on unread. Printable ASCII, at most 8,192 bytes.
    pub trace_state: Option<String>,
    /// The `jaeger-debug-id` of a request that otherwise has no trace; never blank.
    pub debug_id: Option<String>,
    /// The items of all formats. Of two with the same key the one in the format that is tried first wins, and `uberctx-*`
    /// wins over `jaeger-baggage`.
    pub baggage: Baggage,
    /// The first trace header that was refused, in the order of the formats. Nothing else of its format is used either:
    /// neither baggage nor debug id.
    pub refused: Option<ExtractError>,
    /// The formats in which it is to be sent on, where that depends on how it came.
    pub(crate) received: FormatSet,
}

/// One pass over the headers: everything is borrowed until it is known to be wanted.
struct Reader<'p, 'c> {
    shared: &'p Shared,
    url_encoded: bool,
    jaeger: Jaeger<'c>,
    w3c: W3c<'c>,
    b3_single: Once<'c>,
    b3_multi: B3Multi<'c>,
}

#[derive(Default)]
struct Jaeger<'c> {
    trace_context: Once<'c>,
    debug_id: Option<&'c [u8]>,
    by_hand: Baggage,
    baggage: Baggage,
}

#[derive(Default)]
struct W3c<'c> {
    trace_parent: Once<'c>,
    trace_state: w3c::TraceStateText<'c>,
    baggage: Baggage,
}

#[derive(Default)]
struct B3Multi<'c> {
    trace_id: Once<'c>,
    span_id: Once<'c>,
    parent_id: Once<'c>,
    sampled: Once<'c>,
    flags: Once<'c>,
}

/// A header that may stand once; identical repetitions are one.
#[derive(Clone, Copy, Default)]
struct Once<'c> {
    value: Option<&'c [u8]>,
    conflicts: bool,
}

type Parsed = Result<Option<SpanContext>, ExtractError>;

// === impl Propagator ===

impl Propagator {
    /// Reads the span context, the baggage and the debug id of a request, in all formats that are accepted. Allocates only
    /// for baggage, a trace state and the debug id.
    ///
    /// It cannot fail, because a request must not: a malformed trace header is told in [`Extracted::refused`] and counted, and
    /// the request starts a new root unless another format has a valid one.
    pub fn extract<C: ExtractCarrier + ?Sized>(&self, carrier: &C) -> Extracted {
        let mut reader = Reader::new(&self.shared, carrier.format().is_url_encoded());
        carrier.for_each(|name, value| reader.header(name, value));
        reader.finish()
    }
}

// === impl Extracted ===

impl Extracted {
    /// Believes a span context, unless one is believed already. One of the same span in another format may know more than
    /// the one that is believed: W3C has neither debug and firehose flags nor a parent.
    fn believe(&mut self, format: Format, context: SpanContext) {
        let Some(believed) = &mut self.span_context else {
            self.span_context = Some(context);
            self.format = Some(format);
            return;
        };
        if (believed.trace_id, believed.span_id) == (context.trace_id, context.span_id) {
            let more = context.flags.with_sampled(false);
            believed.flags = believed.flags | more;
            believed.parent_id = believed.parent_id.or(context.parent_id);
        }
    }
}

// === impl Reader ===

impl<'p, 'c> Reader<'p, 'c> {
    fn new(shared: &'p Shared, url_encoded: bool) -> Self {
        Self {
            shared,
            url_encoded,
            jaeger: Jaeger::default(),
            w3c: W3c::default(),
            b3_single: Once::default(),
            b3_multi: B3Multi::default(),
        }
    }

    #[inline]
    fn header(&mut self, name: &'c str, value: &'c [u8]) {
        if let Some(header) = self.shared.names.classify(name) {
            self.known_header(header, value);
        }
    }

    fn known_header(&mut self, header: Header<'c>, value: &'c [u8]) {
        if !self.shared.extract_order.contains(&header.format()) {
            return;
        }
        match header {
            Header::TraceContext => self.jaeger.trace_context.add(value),
            Header::BaggageItem(key) => self.baggage_item(key, value),
            Header::DebugId => self.jaeger.debug_id = Some(value),
            Header::BaggageByHand => self.baggage_by_hand(value),
            Header::W3c(W3cHeader::TraceParent) => self.w3c.trace_parent.add(value),
            Header::W3c(W3cHeader::TraceState) => self.w3c.trace_state.add(value),
            Header::W3c(W3cHeader::Baggage) => self.w3c_baggage(value),
            Header::B3Single => self.b3_single.add(value),
            Header::B3Multi(header) => self.b3_multi.field(header).add(value),
        }
    }

    /// `uberctx-key: value`.
    fn baggage_item(&mut self, key: &str, value: &[u8]) {
        let Ok(value) = std::str::from_utf8(value) else { return self.dropped(BaggageDrop::NotText) };
        let coding = self.coding();
        insert(self.shared, &mut self.jaeger.baggage, &lower_case(key), (value, coding), "");
    }

    /// `jaeger-baggage: key1=value1, key2=value2`; a token without exactly one `=` is not an item.
    fn baggage_by_hand(&mut self, value: &[u8]) {
        let Ok(text) = std::str::from_utf8(value) else { return self.dropped(BaggageDrop::NotText) };
        let text = self.coding().decode(text);
        for token in text.split(',').filter(|token| !token.trim().is_empty()) {
            match token.split_once('=') {
                Some((key, value)) if !value.contains('=') => {
                    let (key, value) = (lower_case(key.trim()), (value.trim(), Coding::Plain));
                    insert(self.shared, &mut self.jaeger.by_hand, &key, value, "");
                }
                _ => self.dropped(BaggageDrop::Malformed),
            }
        }
    }

    /// `baggage: key1=value1;property, key2=value2`.
    fn w3c_baggage(&mut self, value: &[u8]) {
        let Ok(text) = std::str::from_utf8(value) else { return self.dropped(BaggageDrop::NotText) };
        for member in w3c::members(text) {
            match member {
                Some(member) => {
                    let value = (member.value, w3c::Member::CODING);
                    insert(self.shared, &mut self.w3c.baggage, member.key, value, member.properties);
                }
                None => self.dropped(BaggageDrop::Malformed),
            }
        }
    }

    fn coding(&self) -> Coding {
        if self.url_encoded { Coding::PercentPlus } else { Coding::Plain }
    }

    fn dropped(&self, cause: BaggageDrop) {
        self.shared.counters.count_baggage_dropped(cause);
    }

    fn finish(mut self) -> Extracted {
        let shared = self.shared;
        let mut found = Extracted::default();
        for format in shared.extract_order.iter().copied() {
            match self.parse(format) {
                Ok(context) => {
                    self.take_beside(format, context, &mut found);
                    if let Some(context) = context {
                        found.believe(format, context);
                    }
                }
                Err(error) => {
                    shared.counters.count_malformed(&error);
                    self.drop_beside(format);
                    found.refused = found.refused.or(Some(error));
                }
            }
        }
        if let Some(format) = found.format {
            shared.counters.count_extracted(format);
            found.debug_id = None;
        }
        found
    }

    fn parse(&self, format: Format) -> Parsed {
        match format {
            Format::Jaeger => {
                self.jaeger.trace_context.parse(format, |value| SpanContext::parse(value, self.url_encoded))
            }
            Format::W3c => self.w3c.trace_parent.parse(format, w3c::parse),
            Format::B3Single => self.b3_single.parse(format, b3::parse_single),
            Format::B3Multi => b3::parse_multi(self.b3_multi.fields()?),
        }
    }

    /// Takes what travels beside the trace header of a format that was not malformed.
    fn take_beside(&mut self, format: Format, context: Option<SpanContext>, found: &mut Extracted) {
        let (limits, counters) = (self.shared.limits, &self.shared.counters);
        let dropped = |cause| counters.count_baggage_dropped(cause);
        let mut is_used = context.is_some();
        match format {
            Format::Jaeger => {
                let mut baggage = std::mem::take(&mut self.jaeger.baggage);
                baggage.add_missing(limits, std::mem::take(&mut self.jaeger.by_hand), dropped);
                found.debug_id = self.debug_id();
                is_used |= found.debug_id.is_some() || !baggage.is_empty();
                found.baggage.add_missing(limits, baggage, dropped);
            }
            Format::W3c => {
                let baggage = std::mem::take(&mut self.w3c.baggage);
                is_used |= !baggage.is_empty();
                found.baggage.add_missing(limits, baggage, dropped);
                let is_same_trace = |context: SpanContext| {
                    found.span_context.is_none_or(|believed| believed.trace_id == context.trace_id)
                };
                if context.is_some_and(is_same_trace) {
                    found.trace_state = self.trace_state();
                }
            }
            Format::B3Single | Format::B3Multi => {}
        }
        if is_used && self.shared.answers_in_kind {
            found.received = found.received.with(format);
        }
    }

    /// Counts what is lost with a malformed trace header.
    fn drop_beside(&mut self, format: Format) {
        let items = match format {
            Format::Jaeger => self.jaeger.baggage.len() + self.jaeger.by_hand.len(),
            Format::W3c => self.w3c.baggage.len(),
            Format::B3Single | Format::B3Multi => 0,
        };
        for _ in 0..items {
            self.dropped(BaggageDrop::TraceRefused);
        }
        if format == Format::Jaeger && self.debug_id().is_some() {
            self.shared.counters.count_debug_id_refused();
        }
    }

    fn debug_id(&self) -> Option<String> {
        let text = std::str::from_utf8(self.jaeger.debug_id?).ok()?;
        let id = self.coding().decode(text);
        (!id.trim().is_empty()).then(|| id.into_owned())
    }

    fn trace_state(&mut self) -> Option<String> {
        let state = std::mem::take(&mut self.w3c.trace_state);
        if state.is_bad() {
            self.shared.counters.count_trace_state_dropped();
            return None;
        }
        state.into_text()
    }
}

/// Keeps an item if there is room for it. What is not kept is not allocated either.
pub(crate) fn insert(
    shared: &Shared,
    baggage: &mut Baggage,
    key: &str,
    (value, coding): (&str, Coding),
    properties: &str,
) {
    let keep = || {
        if key.is_empty() {
            return Err(BaggageDrop::Malformed);
        }
        baggage.room(shared.limits, key, coding.decoded_len(value) + properties.len())?;
        let value = coding.decode(value).into_owned();
        baggage.room(shared.limits, key, value.len() + properties.len())?;
        baggage.set(BaggageItem { key: key.to_owned(), value, properties: properties.to_owned() });
        Ok(())
    };
    if let Err(cause) = { keep }() {
        shared.counters.count_baggage_dropped(cause);
    }
}

/// HTTP/2, gRPC and `http::HeaderMap` have lower-case names anyway.
fn lower_case(key: &str) -> Cow<'_, str> {
    if key.chars().any(char::is_uppercase) { Cow::Owned(key.to_lowercase()) } else { Cow::Borrowed(key) }
}

// === impl B3Multi ===

impl<'c> B3Multi<'c> {
    fn field(&mut self, header: B3Header) -> &mut Once<'c> {
        match header {
            B3Header::TraceId => &mut self.trace_id,
            B3Header::SpanId => &mut self.span_id,
            B3Header::ParentSpanId => &mut self.parent_id,
            B3Header::Sampled => &mut self.sampled,
            B3Header::Flags => &mut self.flags,
        }
    }

    fn fields(&self) -> Result<b3::Fields<'c>, ExtractError> {
        Ok(b3::Fields {
            trace_id: self.trace_id.one(Format::B3Multi)?,
            span_id: self.span_id.one(Format::B3Multi)?,
            parent_id: self.parent_id.one(Format::B3Multi)?,
            sampled: self.sampled.one(Format::B3Multi)?,
            flags: self.flags.one(Format::B3Multi)?,
        })
    }
}

// === impl Once ===

impl<'c> Once<'c> {
    fn add(&mut self, value: &'c [u8]) {
        let value = trim_blanks(value);
        self.conflicts |= self.value.is_some_and(|first| first != value);
        self.value = Some(value);
    }

    fn one(self, format: Format) -> Result<Option<&'c [u8]>, ExtractError> {
        match self.conflicts {
            true => Err(ExtractError::new(
                format,
                MalformedPart::Header,
                "one header of each name, found several that differ",
            )),
            false => Ok(self.value),
        }
    }

    fn parse(self, format: Format, parse: impl FnOnce(&'c [u8]) -> Parsed) -> Parsed {
        self.one(format)?.map_or(Ok(None), parse)
    }
}
