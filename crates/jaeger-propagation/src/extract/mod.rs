//! From the headers of a request to a span context and baggage.

mod b3_headers;
mod jaeger_headers;
mod once;
mod pass;
mod w3c_headers;

use std::mem;

use self::{b3_headers::B3Headers, jaeger_headers::JaegerHeaders, once::Once, w3c_headers::W3cHeaders};
use crate::{
    Baggage, BaggageDrop, ExtractCarrier, ExtractError, Format, Propagator, SpanContext, b3,
    baggage::SameItem,
    format::FormatSet,
    header_names::{Header, W3cHeader},
    percent::Coding,
    w3c,
};

pub(crate) use self::pass::Pass;

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

/// One pass over the headers: everything is borrowed until it is known to be wanted, and nothing is made for a format
/// of which there is no header.
struct Reader<'p, 'c> {
    pass: Pass<'p>,
    jaeger: Option<JaegerHeaders<'c>>,
    w3c: Option<W3cHeaders<'c>>,
    b3_single: Option<Once<'c>>,
    b3_multi: Option<B3Headers<'c>>,
}

type Parsed = Result<Option<SpanContext>, ExtractError>;

// === impl Propagator ===

impl Propagator {
    /// Reads the span context, the baggage and the debug id of a request, in all formats that are accepted. Allocates only
    /// for baggage, a trace state and the debug id, and only for what is kept of them.
    ///
    /// It cannot fail, because a request must not: a malformed trace header is told in [`Extracted::refused`] and
    /// counted, and the request starts a new root unless another format has a valid one.
    pub fn extract<C: ExtractCarrier + ?Sized>(&self, carrier: &C) -> Extracted {
        let mut found = Extracted::default();
        self.extract_into(carrier, &mut found);
        found
    }

    /// The same into a place that is [empty](Extracted::default) before, for who extracts from every request: what is found is so
    /// large that moving it takes a fifth of the time.
    pub fn extract_into<C: ExtractCarrier + ?Sized>(&self, carrier: &C, found: &mut Extracted) {
        let coding = if carrier.format().is_url_encoded() { Coding::PercentPlus } else { Coding::Plain };
        let pass = Pass { shared: &self.shared, coding };
        let mut reader = Reader { pass, jaeger: None, w3c: None, b3_single: None, b3_multi: None };
        carrier.for_each(|name, value| reader.header(name, value));
        reader.finish(found);
    }
}

// === impl Extracted ===

impl Extracted {
    /// Takes the caller's span away, with all that belongs to it, so that the request starts a new root: for callers that are
    /// not trusted. Baggage and debug id stay.
    pub fn take_span_context(&mut self) -> Option<SpanContext> {
        self.format = None;
        self.trace_state = None;
        self.received = FormatSet::EMPTY;
        self.span_context.take()
    }

    /// Believes a span context, unless one is believed already. One of the same span in another format may know more than
    /// the one that is believed: W3C has neither debug and firehose flags nor a parent.
    fn believe(&mut self, format: Format, context: SpanContext) {
        let Some(believed) = &mut self.span_context else {
            self.span_context = Some(context);
            self.format = Some(format);
            return;
        };
        if (believed.trace_id, believed.span_id) == (context.trace_id, context.span_id) {
            let more = context.flags.effective().with_sampled(false);
            believed.flags = believed.flags | more;
            believed.parent_id = believed.parent_id.or(context.parent_id);
        }
    }
}

// === impl Reader ===

impl<'c> Reader<'_, 'c> {
    #[inline]
    fn header(&mut self, name: &'c str, value: &'c [u8]) {
        let shared = self.pass.shared;
        if let Some(header) = shared.names.classify(name)
            && shared.extract.contains(header.format())
        {
            self.known_header(header, value);
        }
    }

    fn known_header(&mut self, header: Header<'c>, value: &'c [u8]) {
        let pass = self.pass;
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

    fn finish(&mut self, found: &mut Extracted) {
        let counters = &self.pass.shared.counters;
        let debug_id = self.jaeger.as_ref().and_then(|jaeger| jaeger.debug_id);
        let mut is_jaeger_refused = false;
        for format in self.pass.shared.extract_order.iter().copied() {
            let Some(parsed) = self.parse(format) else { continue };
            match parsed {
                Ok(context) => {
                    self.take_beside(format, context, found);
                    if let Some(context) = context {
                        found.believe(format, context);
                    }
                }
                Err(error) => {
                    counters.count_malformed(&error);
                    self.drop_beside(format);
                    is_jaeger_refused |= format == Format::Jaeger;
                    found.refused = found.refused.or(Some(error));
                }
            }
        }
        if let Some(format) = found.format {
            counters.count_extracted(format);
        } else if let Some(debug_id) = debug_id.and_then(|id| self.pass.debug_id(id)) {
            if is_jaeger_refused {
                counters.count_debug_id_refused();
            } else {
                self.note_use(Format::Jaeger, found);
                found.debug_id = Some(debug_id);
            }
        }
    }

    /// `None` if there is no header of the format at all.
    fn parse(&self, format: Format) -> Option<Parsed> {
        Some(match format {
            Format::Jaeger => {
                let is_url_encoded = self.pass.coding != Coding::Plain;
                let parse = |value| SpanContext::parse(value, is_url_encoded);
                self.jaeger.as_ref()?.trace_context.parse(format, parse)
            }
            Format::W3c => self.w3c.as_ref()?.trace_parent.parse(format, w3c::parse),
            Format::B3Single => self.b3_single.as_ref()?.parse(format, b3::parse_single),
            Format::B3Multi => self.b3_multi.as_ref()?.fields().and_then(b3::parse_multi),
        })
    }

    /// Takes what travels beside the trace header of a format that was not malformed.
    fn take_beside(&mut self, format: Format, context: Option<SpanContext>, found: &mut Extracted) {
        let pass = self.pass;
        let mut is_used = context.is_some();
        match format {
            Format::Jaeger => {
                let Some(jaeger) = &mut self.jaeger else { return };
                if !jaeger.by_hand.is_empty() {
                    pass.merge(&mut jaeger.baggage, mem::take(&mut jaeger.by_hand), SameItem::Keep);
                }
                if !jaeger.baggage.is_empty() {
                    is_used = true;
                    pass.merge(&mut found.baggage, mem::take(&mut jaeger.baggage), SameItem::Keep);
                }
            }
            Format::W3c => {
                let Some(w3c) = self.w3c.take() else { return };
                is_used |= !w3c.baggage.is_empty();
                pass.merge(&mut found.baggage, w3c.baggage, SameItem::Replace);
                let is_same_trace = |context: SpanContext| {
                    found.span_context.is_none_or(|believed| believed.trace_id == context.trace_id)
                };
                if w3c.trace_state.is_bad() {
                    pass.shared.counters.count_trace_state_dropped();
                } else if context.is_some_and(is_same_trace) {
                    found.trace_state = w3c.trace_state.into_text();
                }
            }
            Format::B3Single | Format::B3Multi => {}
        }
        if is_used {
            self.note_use(format, found);
        }
    }

    /// Notes that the request came in this format.
    fn note_use(&self, format: Format, found: &mut Extracted) {
        if self.pass.shared.answers_in_kind {
            found.received = found.received.with(format);
        }
    }

    /// Counts what is lost with a malformed trace header.
    fn drop_beside(&self, format: Format) {
        let items = match (format, &self.jaeger, &self.w3c) {
            (Format::Jaeger, Some(jaeger), _) => jaeger.baggage.len() + jaeger.by_hand.len(),
            (Format::W3c, _, Some(w3c)) => w3c.baggage.len(),
            _ => 0,
        };
        (0..items).for_each(|_| self.pass.dropped(BaggageDrop::TraceRefused));
    }
}
