//! Jaeger's Binary carrier: for messages, whose headers are bytes.
//!
//! ```text
//! carrier = trace-id span-id parent-id flags items
//! trace-id = 16 bytes      ; 0 is "no trace"
//! span-id, parent-id = 8 bytes
//! flags   = 1 byte
//! items   = count *( length key length value )      ; numbers of 4 bytes with a sign, lengths in bytes
//! ```
//!
//! All numbers are big-endian. What is behind the last item is not read, because the carrier may be a stream. It is
//! the format of jaeger-client-go and jaeger-core; the clients for Node and Python have none. Keys are sent and read
//! as they are. jaeger-core gives the length of a value in UTF-16 units and cuts it there; what it sends is read as
//! far as that goes.
//!
//! jaeger-client-go refuses a carrier with over 180 items, or with an item of over 4,096 bytes, as a whole: such
//! items are not written.

use crate::{
    BaggageDrop, ExtractError, Extracted, Flags, Format, MalformedPart, Propagator, SpanContext, SpanId,
    TraceId, baggage::ItemRef, extract::Pass, percent::Coding,
};

/// jaeger-client-go, `propagation.go`: `maxBinaryBaggage`.
const MAX_ITEMS: usize = 180;

/// jaeger-client-go, `propagation.go`: `maxBinaryNameValueLen`, of key and value together.
const MAX_ITEM_BYTES: usize = 4096;

/// The bytes that are not read yet; everything of it is `None` where they end too early.
struct Bytes<'b>(&'b [u8]);

// === impl Propagator ===

impl Propagator {
    /// Reads a span context and baggage from bytes; none at all are "no trace". Only the carrier is binary: it counts as
    /// [`Format::Jaeger`], and is read whatever the formats of the headers are.
    ///
    /// ```
    /// use jaeger_propagation::{Flags, Propagator, SpanContext};
    ///
    /// let propagator = Propagator::new();
    /// let context = SpanContext::new(0x7b.into(), 0x1c8.into(), Flags::SAMPLED);
    /// let mut message = Vec::new();
    /// propagator.inject_binary(Some(&context), [("customer", "731")], &mut message);
    ///
    /// let extracted = propagator.extract_binary(&message);
    /// assert_eq!(extracted.span_context.unwrap().trace_id, context.trace_id);
    /// assert_eq!(extracted.baggage.get("customer"), Some("731"));
    /// ```
    pub fn extract_binary(&self, carrier: &[u8]) -> Extracted {
        let mut extracted = Extracted::default();
        if carrier.is_empty() {
            return extracted;
        }
        let counters = &self.shared.counters;
        if self.read_binary(Bytes(carrier), &mut extracted).is_none() {
            let expected = "more bytes in a binary carrier";
            let error = ExtractError::new(Format::Jaeger, MalformedPart::Structure, expected);
            counters.count_malformed(&error);
            extracted.baggage.iter().for_each(|_| counters.count_baggage_dropped(BaggageDrop::TraceRefused));
            return Extracted { refused: Some(error), ..Extracted::default() };
        }
        if extracted.span_context.is_some() {
            extracted.format = Some(Format::Jaeger);
            counters.count_extracted(Format::Jaeger);
        }
        if self.shared.answers_in_kind {
            extracted.received = extracted.received.with(Format::Jaeger);
        }
        extracted
    }

    /// Appends a span context and baggage as bytes; nothing at all where there is neither. A missing or invalid context is
    /// written as zeros where there is baggage.
    pub fn inject_binary<'b>(
        &self,
        span_context: Option<&SpanContext>,
        baggage: impl IntoIterator<Item = (&'b str, &'b str)>,
        carrier: &mut Vec<u8>,
    ) {
        let span_context = span_context.copied().filter(SpanContext::is_valid);
        let items = baggage.into_iter().map(|(key, value)| ItemRef { key, value, properties: "" });
        self.write_binary(span_context, items, carrier);
    }

    pub(crate) fn write_binary<'b>(
        &self,
        span_context: Option<SpanContext>,
        baggage: impl Iterator<Item = ItemRef<'b>>,
        carrier: &mut Vec<u8>,
    ) {
        let mut items: Vec<ItemRef<'b>> = Vec::new();
        for item in baggage {
            if items.len() == MAX_ITEMS {
                self.shared.counters.count_baggage_dropped(BaggageDrop::TooManyItems);
            } else if item.key.len() + item.value.len() > MAX_ITEM_BYTES {
                self.shared.counters.count_baggage_dropped(BaggageDrop::TooManyBytes);
            } else {
                items.push(item);
            }
        }
        if span_context.is_none() && items.is_empty() {
            return;
        }
        let none = SpanContext::new(TraceId::default(), SpanId::default(), Flags::NONE);
        let context = span_context.unwrap_or(none);
        carrier.extend(context.trace_id.to_bytes());
        carrier.extend(context.span_id.to_bytes());
        carrier.extend(context.parent_id.unwrap_or_default().to_bytes());
        carrier.push(context.flags.bits());
        carrier.extend((items.len() as u32).to_be_bytes());
        for text in items.iter().flat_map(|item| [item.key, item.value]) {
            carrier.extend((text.len() as u32).to_be_bytes());
            carrier.extend(text.as_bytes());
        }
        if span_context.is_some() {
            self.shared.counters.count_injected(Format::Jaeger);
        }
    }

    /// `None` if the bytes end too early.
    fn read_binary(&self, mut bytes: Bytes<'_>, into: &mut Extracted) -> Option<()> {
        let context = SpanContext {
            trace_id: TraceId::from_bytes(bytes.array()?),
            span_id: SpanId::from_bytes(bytes.array()?),
            parent_id: Some(SpanId::from_bytes(bytes.array()?)),
            flags: Flags::from_bits(u8::from_be_bytes(bytes.array()?)),
        };
        let pass = Pass { shared: &self.shared, coding: Coding::Plain };
        for _ in 0..bytes.length()? {
            let (key, value) = (bytes.text()?, bytes.text()?);
            match (std::str::from_utf8(key), std::str::from_utf8(value)) {
                (Ok(key), Ok(value)) => {
                    pass.insert(&mut into.baggage, key.into(), (value, Coding::Plain), "");
                }
                _ => self.shared.counters.count_baggage_dropped(BaggageDrop::NotText),
            }
        }
        into.span_context = Some(context).filter(SpanContext::is_valid);
        Some(())
    }
}

// === impl Bytes ===

impl<'b> Bytes<'b> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(i32::from_be_bytes(self.array()?)).ok()
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let length = self.length()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}
