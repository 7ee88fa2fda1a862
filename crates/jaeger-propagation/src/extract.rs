//! From the headers of a request to a span context and baggage.

use crate::{
    Baggage, BaggageDrop, ExtractCarrier, ExtractError, Format, MalformedPart, Propagator, SpanContext, b3,
    baggage::{BaggageItem, lower_case},
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

/// One pass over the headers: everything is borrowed until it is known to be wanted, and nothing is made for a format of which
/// there is no header.
struct Reader<'p, 'c> {
    shared: &'p Shared,
    url_encoded: bool,
    jaeger: Option<Jaeger<'c>>,
    w3c: Option<W3c<'c>>,
    b3_single: Option<Once<'c>>,
    b3_multi: Option<B3Multi<'c>>,
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
    #[inline]
    fn new(shared: &'p Shared, url_encoded: bool) -> Self {
        Self { shared, url_encoded, jaeger: None, w3c: None, b3_single: None, b3_multi: None }
    }

    #[inline]
    fn header(&mut self, name: &'c str, value: &'c [u8]) {
        if let Some(header) = self.shared.names.classify(name)
            && self.shared.extract_order.contains(&header.format())
        {
            self.known_header(header, value);
        }
    }

    fn known_header(&mut self, header: Header<'c>, value: &'c [u8]) {
        let pass = Pass { shared: self.shared, coding: self.coding() };
        match header {
            Header::TraceContext => self.jaeger.get_or_insert_default().trace_context.add(value),
            Header::BaggageItem(key) => self.jaeger.get_or_insert_default().item(pass, key, value),
            Header::DebugId => self.jaeger.get_or_insert_default().debug_id = Some(value),
            Header::BaggageByHand => self.jaeger.get_or_insert_default().items_by_hand(pass, value),
            Header::W3c(W3cHeader::TraceParent) => self.w3c.get_or_insert_default().trace_parent.add(value),
            Header::W3c(W3cHeader::TraceState) => self.w3c.get_or_insert_default().trace_state.add(value),
            Header::W3c(W3cHeader::Baggage) => self.w3c.get_or_insert_default().members(pass, value),
            Header::B3Single => self.b3_single.get_or_insert_default().add(value),
            Header::B3Multi(header) => self.b3_multi.get_or_insert_default().field(header).add(value),
        }
    }

    fn coding(&self) -> Coding {
        if self.url_encoded { Coding::PercentPlus } else { Coding::Plain }
    }

    fn finish(mut self) -> Extracted {
        let mut found = Extracted::default();
        for format in self.shared.extract_order.iter().copied() {
            let Some(parsed) = self.parse(format) else { continue };
            match parsed {
                Ok(context) => {
                    self.take_beside(format, context, &mut found);
                    if let Some(context) = context {
                        found.believe(format, context);
                    }
                }
                Err(error) => {
                    self.shared.counters.count_malformed(&error);
                    self.drop_beside(format);
                    found.refused = found.refused.or(Some(error));
                }
            }
        }
        if let Some(format) = found.format {
            self.shared.counters.count_extracted(format);
            found.debug_id = None;
        }
        found
    }

    /// `None` if there is no header of the format at all.
    fn parse(&self, format: Format) -> Option<Parsed> {
        Some(match format {
            Format::Jaeger => {
                let parse = |value| SpanContext::parse(value, self.url_encoded);
                self.jaeger.as_ref()?.trace_context.parse(format, parse)
            }
            Format::W3c => self.w3c.as_ref()?.trace_parent.parse(format, w3c::parse),
            Format::B3Single => self.b3_single.as_ref()?.parse(format, b3::parse_single),
            Format::B3Multi => self.b3_multi.as_ref()?.fields().and_then(b3::parse_multi),
        })
    }

    /// Takes what travels beside the trace header of a format that was not malformed.
    fn take_beside(&mut self, format: Format, context: Option<SpanContext>, found: &mut Extracted) {
        let (limits, counters, coding) = (self.shared.limits, &self.shared.counters, self.coding());
        let dropped = |cause| counters.count_baggage_dropped(cause);
        let mut is_used = context.is_some();
        match format {
            Format::Jaeger => {
                let Some(jaeger) = self.jaeger.take() else { return };
                found.debug_id = jaeger.debug_id(coding);
                let mut baggage = jaeger.baggage;
                baggage.add_missing(limits, jaeger.by_hand, dropped);
                is_used |= found.debug_id.is_some() || !baggage.is_empty();
                found.baggage.add_missing(limits, baggage, dropped);
            }
            Format::W3c => {
                let Some(w3c) = self.w3c.take() else { return };
                is_used |= !w3c.baggage.is_empty();
                found.baggage.add_missing(limits, w3c.baggage, dropped);
                let is_same_trace = |context: SpanContext| {
                    found.span_context.is_none_or(|believed| believed.trace_id == context.trace_id)
                };
                if w3c.trace_state.is_bad() {
                    counters.count_trace_state_dropped();
                } else if context.is_some_and(is_same_trace) {
                    found.trace_state = w3c.trace_state.into_text();
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
        let counters = &self.shared.counters;
        let items = match (format, &self.jaeger, &self.w3c) {
            (Format::Jaeger, Some(jaeger), _) => {
                if jaeger.debug_id(self.coding()).is_some() {
                    counters.count_debug_id_refused();
                }
                jaeger.baggage.len() + jaeger.by_hand.len()
            }
            (Format::W3c, _, Some(w3c)) => w3c.baggage.len(),
            _ => 0,
        };
        (0..items).for_each(|_| counters.count_baggage_dropped(BaggageDrop::TraceRefused));
    }
}

/// What the headers of one pass have in common.
#[derive(Clone, Copy)]
struct Pass<'p> {
    shared: &'p Shared,
    /// Of Jaeger's values.
    coding: Coding,
}

// === impl Pass ===

impl Pass<'_> {
    fn text(self, value: &[u8]) -> Option<&str> {
        let text = std::str::from_utf8(value).ok();
        if text.is_none() {
            self.dropped(BaggageDrop::NotText);
        }
        text
    }

    /// What could never be kept is not even decoded.
    fn has_room_for(self, bytes: usize) -> bool {
        let has_room = bytes <= self.shared.limits.bytes;
        if !has_room {
            self.dropped(BaggageDrop::TooManyBytes);
        }
        has_room
    }

    fn dropped(self, cause: BaggageDrop) {
        self.shared.counters.count_baggage_dropped(cause);
    }
}

// === impl Jaeger ===

impl Jaeger<'_> {
    /// `uberctx-key: value`.
    fn item(&mut self, pass: Pass<'_>, key: &str, value: &[u8]) {
        if let Some(value) = pass.text(value)
            && pass.has_room_for(key.len())
        {
            insert(pass.shared, &mut self.baggage, &lower_case(key), (value, pass.coding), "");
        }
    }

    /// `jaeger-baggage: key1=value1, key2=value2`, coded as a whole; a token without exactly one `=` is not an item.
    fn items_by_hand(&mut self, pass: Pass<'_>, value: &[u8]) {
        let Some(text) = pass.text(value) else { return };
        let coding = pass.coding.of_whole(text);
        for token in coding.split(text, b',').filter(|token| pass.has_room_for(coding.decoded_len(token))) {
            let mut parts = coding.split(token, b'=').map(|part| coding.decode(part));
            match (parts.next(), parts.next(), parts.next()) {
                (Some(key), Some(value), None) => {
                    let (key, value) = (lower_case(key.trim()), (value.trim(), Coding::Plain));
                    insert(pass.shared, &mut self.by_hand, &key, value, "");
                }
                (Some(blank), None, None) if blank.trim().is_empty() => {}
                _ => pass.dropped(BaggageDrop::Malformed),
            }
        }
    }

    /// `None` if it is blank.
    fn debug_id(&self, coding: Coding) -> Option<String> {
        let id = coding.decode(std::str::from_utf8(self.debug_id?).ok()?);
        (!id.trim().is_empty()).then(|| id.into_owned())
    }
}

// === impl W3c ===

impl W3c<'_> {
    /// `baggage: key1=value1;property, key2=value2`.
    fn members(&mut self, pass: Pass<'_>, value: &[u8]) {
        let Some(text) = pass.text(value) else { return };
        for member in w3c::members(text) {
            match member {
                Some(member) => {
                    let value = (member.value, w3c::Member::CODING);
                    insert(pass.shared, &mut self.baggage, member.key, value, member.properties);
                }
                None => pass.dropped(BaggageDrop::Malformed),
            }
        }
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
