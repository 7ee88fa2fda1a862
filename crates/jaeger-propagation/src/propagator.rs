//! The propagator: formats, header names, limits and counters.

use std::sync::Arc;

use crate::{
    BaggageLimits, Format, HeaderNames, HeaderNamesError, PropagationCounters, format::FormatSet,
    header_names::KnownNames,
};

/// Reads a trace and its baggage from a carrier and writes them to one.
///
/// A carrier is an `http::HeaderMap` (feature `http`), a `tonic::metadata::MetadataMap` (feature `tonic`), a map of
/// text, or bytes ([`extract_binary`](Self::extract_binary)). With the feature `opentelemetry` this is also a
/// `TextMapPropagator`. Clones are cheap and share their counters.
///
/// Which formats it speaks is a preset, or chosen by [`with_extract_order`](Self::with_extract_order) and
/// [`with_inject_formats`](Self::with_inject_formats):
///
/// | Preset | Reads, the first valid one wins | Writes |
/// |---|---|---|
/// | [`new`](Self::new) | Jaeger | Jaeger |
/// | [`both`](Self::both) | Jaeger, W3C | Jaeger and W3C |
/// | [`as_received`](Self::as_received) | Jaeger, W3C, B3 single, B3 multi | what the request was in; Jaeger for a new trace |
/// | [`w3c`](Self::w3c) | W3C | W3C |
///
/// ```
/// use std::collections::HashMap;
/// use jaeger_propagation::Propagator;
///
/// let propagator = Propagator::both();
/// let headers = HashMap::from([
///     ("uber-trace-id".to_string(), "7b:1c8:0:1".to_string()),
///     ("uberctx-customer".to_string(), "731".to_string()),
/// ]);
/// let extracted = propagator.extract(&headers);
/// let caller = extracted.span_context.expect("the header above");
/// assert!(caller.flags.is_sampled());
/// assert_eq!(extracted.baggage.get("customer"), Some("731"));
///
/// let mut outgoing = HashMap::new();
/// propagator.inject(Some(&caller), extracted.baggage.iter(), &mut outgoing);
/// assert_eq!(outgoing["uber-trace-id"], "000000000000007b:00000000000001c8:0:1");
/// assert_eq!(outgoing["traceparent"], "00-0000000000000000000000000000007b-00000000000001c8-01");
/// assert_eq!((outgoing["uberctx-customer"].as_str(), outgoing["baggage"].as_str()), ("731", "customer=731"));
/// ```
#[derive(Clone, Debug)]
pub struct Propagator {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) names: KnownNames,
    /// In what order the formats are tried; none twice.
    pub(crate) extract_order: Vec<Format>,
    /// The same, to look up.
    pub(crate) extract: FormatSet,
    pub(crate) inject: FormatSet,
    /// Whether a request is sent on in the formats in which it came, and `inject` is for new traces.
    pub(crate) answers_in_kind: bool,
    pub(crate) limits: BaggageLimits,
    pub(crate) counters: Arc<PropagationCounters>,
    /// What `TextMapPropagator::fields` answers.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fields: Vec<String>,
}

// === impl Propagator ===

impl Propagator {
    /// Jaeger's format only, as its clients have it by default.
    pub fn new() -> Self {
        Self::of([Format::Jaeger], [Format::Jaeger])
    }

    /// Jaeger's and W3C's formats: the caller may speak either, and who is called gets both.
    pub fn both() -> Self {
        Self::of([Format::Jaeger, Format::W3c], [Format::Jaeger, Format::W3c])
    }

    /// Reads every format, and sends a request on in those formats in which it came: a service in the middle of a
    /// mixed fleet changes nothing for its neighbours. A trace that begins here goes out in Jaeger's.
    pub fn as_received() -> Self {
        Self::of(Format::ALL, [Format::Jaeger]).with(|shared| shared.answers_in_kind = true)
    }

    /// W3C's format only.
    pub fn w3c() -> Self {
        Self::of([Format::W3c], [Format::W3c])
    }

    fn of<const N: usize, const M: usize>(extract: [Format; N], inject: [Format; M]) -> Self {
        let shared = Shared {
            names: KnownNames::default(),
            extract_order: Vec::new(),
            extract: FormatSet::EMPTY,
            inject: FormatSet::EMPTY,
            answers_in_kind: false,
            limits: BaggageLimits::default(),
            counters: Arc::default(),
            #[cfg(feature = "opentelemetry")]
            fields: Vec::new(),
        };
        Self { shared: Arc::new(shared) }.with_extract_order(extract).with_inject_formats(inject)
    }

    /// Which formats are read, and which is believed where a request has several: the first whose trace header is valid. A
    /// format that is named twice counts where it is first. Default: Jaeger.
    #[must_use]
    pub fn with_extract_order(self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.with(|shared| {
            shared.extract_order.clear();
            for format in formats {
                if !shared.extract_order.contains(&format) {
                    shared.extract_order.push(format);
                }
            }
            shared.extract = shared.extract_order.iter().copied().collect();
        })
    }

    /// Which formats are written, all of them; with [`as_received`](Self::as_received), for a trace that begins here.
    /// Default: Jaeger.
    #[must_use]
    pub fn with_inject_formats(self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.with(|shared| shared.inject = formats.into_iter().collect())
    }

    /// Other names for Jaeger's headers; the default is [`HeaderNames::default`].
    ///
    /// # Errors
    ///
    /// A name that not both HTTP and gRPC can carry, one that stands twice or belongs to another format, and a prefix
    /// of baggage with which another known name begins, as with the empty one.
    pub fn with_header_names(self, names: HeaderNames) -> Result<Self, HeaderNamesError> {
        let names = KnownNames::new(names)?;
        Ok(self.with(|shared| shared.names = names))
    }

    /// Other limits on inbound baggage; the default is [`BaggageLimits::default`].
    #[must_use]
    pub fn with_baggage_limits(self, limits: BaggageLimits) -> Self {
        self.with(|shared| shared.limits = limits)
    }

    /// What was read, written and refused so far.
    pub fn counters(&self) -> &Arc<PropagationCounters> {
        &self.shared.counters
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        let shared = Arc::make_mut(&mut self.shared);
        change(shared);
        #[cfg(feature = "opentelemetry")]
        {
            shared.fields = shared.written_names();
        }
        self
    }
}

impl Default for Propagator {
    fn default() -> Self {
        Self::new()
    }
}

// === impl Shared ===

impl Shared {
    /// Whether the format is read or written here.
    pub(crate) fn speaks(&self, format: Format) -> bool {
        self.inject.contains(format) || self.extract.contains(format)
    }
}
