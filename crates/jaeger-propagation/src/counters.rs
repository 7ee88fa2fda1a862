//! What propagation read and wrote, and what it had to refuse.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{ExtractError, Format, MalformedPart};

/// Counts of what a propagator read, wrote and dropped, shared by all its clones.
///
/// With them a team sees who in its fleet still speaks which format. With the feature `opentelemetry` they are exported
/// through a `Meter`, by `PropagationCounters::observe`.
///
/// ```
/// use std::collections::HashMap;
/// use jaeger_propagation::{BaggageDrop, Format, MalformedPart, Propagator};
///
/// let propagator = Propagator::both();
/// propagator.extract(&HashMap::from([("uber-trace-id".to_string(), "7b:0x1c8:0:1".to_string())]));
/// assert_eq!(propagator.counters().malformed(Format::Jaeger, MalformedPart::SpanId), 1);
/// assert_eq!(propagator.counters().extracted(Format::Jaeger), 0);
/// assert_eq!(propagator.counters().baggage_dropped(BaggageDrop::TooManyItems), 0);
/// ```
#[derive(Debug, Default)]
pub struct PropagationCounters {
    extracted: [AtomicU64; Format::ALL.len()],
    injected: [AtomicU64; Format::ALL.len()],
    malformed: [[AtomicU64; MalformedPart::ALL.len()]; Format::ALL.len()],
    baggage_dropped: [AtomicU64; BaggageDrop::ALL.len()],
    trace_state_dropped: AtomicU64,
    debug_ids_refused: AtomicU64,
}

/// Why a baggage item was left out. The item itself is not named: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BaggageDrop {
    /// Inbound: more items than [`BaggageLimits::items`](crate::BaggageLimits::items).
    TooManyItems,
    /// Inbound: more bytes than [`BaggageLimits::bytes`](crate::BaggageLimits::bytes), of an item or of its properties. Outbound: no room for it in the one
    /// `baggage` header of W3C, 8,192 bytes.
    TooManyBytes,
    /// Inbound: not UTF-8.
    NotText,
    /// Inbound: no key, or not of the form `key=value`.
    Malformed,
    /// Inbound: the trace header of its format was malformed.
    TraceRefused,
    /// Inbound: its caller is not trusted.
    Untrusted,
    /// Outbound: the key is no HTTP token; on gRPC outside `0-9a-z-_.` or ending in `-bin`.
    UnsendableKey,
    /// Outbound: in lower case, as Jaeger's headers have it, the key is that of another item.
    SameKey,
    /// Outbound: none of the formats that are written has baggage.
    NoFormat,
    /// Outbound: the carrier is full, or the key is too long for it.
    CarrierFull,
    /// Outbound: the properties of an item, which goes without them: not printable ASCII, or with a comma.
    UnsendableProperties,
}

// === impl PropagationCounters ===

impl PropagationCounters {
    /// Requests whose trace was joined, by the format whose header was believed.
    pub fn extracted(&self, format: Format) -> u64 {
        load(self.extracted.get(format as usize))
    }

    /// Requests sent on with a trace, by format; one that is written in two formats counts for both.
    pub fn injected(&self, format: Format) -> u64 {
        load(self.injected.get(format as usize))
    }

    /// Trace headers that were refused, by format and by the part that was wrong.
    pub fn malformed(&self, format: Format, part: MalformedPart) -> u64 {
        load(self.malformed.get(format as usize).and_then(|parts| parts.get(part as usize)))
    }

    /// Baggage items that were left out, by cause; one that stands in two formats counts for each.
    pub fn baggage_dropped(&self, cause: BaggageDrop) -> u64 {
        load(self.baggage_dropped.get(cause as usize))
    }

    /// W3C trace states that were left out: too long, or not printable ASCII.
    pub fn trace_state_dropped(&self) -> u64 {
        load(Some(&self.trace_state_dropped))
    }

    /// Requests whose `jaeger-debug-id` was not obeyed.
    pub fn debug_ids_refused(&self) -> u64 {
        load(Some(&self.debug_ids_refused))
    }

    /// Counts a debug id that is not obeyed; for whoever limits them, as `tower-jaeger` does.
    pub fn count_debug_id_refused(&self) {
        add(Some(&self.debug_ids_refused));
    }

    /// Counts baggage that is not taken from its caller; for whoever decides that, as `tower-jaeger` does.
    pub fn count_baggage_untrusted(&self, items: usize) {
        (0..items).for_each(|_| self.count_baggage_dropped(BaggageDrop::Untrusted));
    }

    pub(crate) fn count_extracted(&self, format: Format) {
        add(self.extracted.get(format as usize));
    }

    pub(crate) fn count_injected(&self, format: Format) {
        add(self.injected.get(format as usize));
    }

    pub(crate) fn count_malformed(&self, error: &ExtractError) {
        add(self.malformed.get(error.format() as usize).and_then(|parts| parts.get(error.part() as usize)));
    }

    pub(crate) fn count_baggage_dropped(&self, cause: BaggageDrop) {
        add(self.baggage_dropped.get(cause as usize));
    }

    pub(crate) fn count_trace_state_dropped(&self) {
        add(Some(&self.trace_state_dropped));
    }
}

fn load(counter: Option<&AtomicU64>) -> u64 {
    counter.map_or(0, |counter| counter.load(Ordering::Relaxed))
}

fn add(counter: Option<&AtomicU64>) {
    if let Some(counter) = counter {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

// === impl BaggageDrop ===

impl BaggageDrop {
    /// All causes.
    pub const ALL: [Self; 11] = [
        Self::TooManyItems,
        Self::TooManyBytes,
        Self::NotText,
        Self::Malformed,
        Self::TraceRefused,
        Self::Untrusted,
        Self::UnsendableKey,
        Self::SameKey,
        Self::NoFormat,
        Self::CarrierFull,
        Self::UnsendableProperties,
    ];

    /// Lower-case words, as a label of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooManyItems => "too many items",
            Self::TooManyBytes => "too many bytes",
            Self::NotText => "not text",
            Self::Malformed => "malformed",
            Self::TraceRefused => "trace refused",
            Self::Untrusted => "untrusted",
            Self::UnsendableKey => "unsendable key",
            Self::SameKey => "same key",
            Self::NoFormat => "no format",
            Self::CarrierFull => "carrier full",
            Self::UnsendableProperties => "unsendable properties",
        }
    }
}
