//! The formats in which a trace travels.

use std::fmt;

/// A format of trace headers.
///
/// ```
/// use jaeger_propagation::{Format, Propagator};
///
/// // Half-way through a migration: W3C is believed first, and everybody still gets both.
/// let propagator = Propagator::new()
///     .with_extract_order([Format::W3c, Format::Jaeger])
///     .with_inject_formats([Format::Jaeger, Format::W3c]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `uber-trace-id`, `uberctx-*`, `jaeger-debug-id`, `jaeger-baggage`.
    Jaeger,
    /// `traceparent`, `tracestate`, `baggage`: W3C Trace Context and W3C Baggage.
    W3c,
    /// `b3`, all in one header. It has no baggage.
    B3Single,
    /// `x-b3-traceid`, `x-b3-spanid`, `x-b3-parentspanid`, `x-b3-sampled`, `x-b3-flags`. It has no baggage.
    B3Multi,
}

/// Some of the formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FormatSet(u8);

// === impl Format ===

impl Format {
    /// All formats, in the order of the presets.
    pub const ALL: [Self; 4] = [Self::Jaeger, Self::W3c, Self::B3Single, Self::B3Multi];

    /// One lower-case word, as a label of metrics: `jaeger`, `w3c`, `b3-single`, `b3-multi`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jaeger => "jaeger",
            Self::W3c => "w3c",
            Self::B3Single => "b3-single",
            Self::B3Multi => "b3-multi",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl FormatSet ===

impl FormatSet {
    pub(crate) const EMPTY: Self = Self(0);

    pub(crate) const fn with(self, format: Format) -> Self {
        Self(self.0 | 1 << format as u8)
    }

    pub(crate) const fn contains(self, format: Format) -> bool {
        self.0 & 1 << format as u8 != 0
    }

    #[cfg(feature = "opentelemetry")]
    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Format> for FormatSet {
    fn from_iter<I: IntoIterator<Item = Format>>(formats: I) -> Self {
        formats.into_iter().fold(Self::EMPTY, Self::with)
    }
}
