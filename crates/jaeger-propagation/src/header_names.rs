//! The names of the headers; Jaeger's are configurable as in the clients' `HeadersConfig`.

use std::{borrow::Cow, error, fmt};

use crate::{CarrierFormat, Format};

/// Names of Jaeger's headers.
///
/// ```
/// use jaeger_propagation::{HeaderNames, Propagator};
///
/// let mut names = HeaderNames::default();
/// assert_eq!(names.trace_context, "uber-trace-id");
/// names.trace_context = "x-trace".into();
/// let propagator = Propagator::new().with_header_names(names)?;
/// # Ok::<(), jaeger_propagation::HeaderNamesError>(())
/// ```
///
/// The defaults are those of jaeger-client-go's `constants.go`. Names compare ignoring case and are sent in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderNames {
    /// The span context: `uber-trace-id`.
    pub trace_context: Cow<'static, str>,
    /// Prefix of one baggage item each: `uberctx-`.
    pub baggage_prefix: Cow<'static, str>,
    /// Asks for a debug trace and names it: `jaeger-debug-id`.
    pub debug_id: Cow<'static, str>,
    /// Baggage set by hand, as `key=value, key=value`: `jaeger-baggage`.
    pub baggage: Cow<'static, str>,
}

/// A header cannot have such a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderNamesError {
    name: String,
    why: &'static str,
}

/// What a header is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header<'n> {
    TraceContext,
    BaggageItem(&'n str),
    DebugId,
    BaggageByHand,
    W3c(W3cHeader),
    B3Single,
    B3Multi(B3Header),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum W3cHeader {
    TraceParent,
    TraceState,
    Baggage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum B3Header {
    TraceId,
    SpanId,
    ParentSpanId,
    Sampled,
    Flags,
}

/// The names in lower case, and a quick way to see that a header is none of them.
#[derive(Clone, Debug)]
pub(crate) struct KnownNames {
    pub(crate) jaeger: HeaderNames,
    /// The [`first_letter`] bits of all known names.
    first_letters: u32,
}

/// The headers of the formats whose names are fixed.
pub(crate) const FIXED: [(&str, Header<'static>); 9] = [
    (W3cHeader::TraceParent.name(), Header::W3c(W3cHeader::TraceParent)),
    (W3cHeader::TraceState.name(), Header::W3c(W3cHeader::TraceState)),
    (W3cHeader::Baggage.name(), Header::W3c(W3cHeader::Baggage)),
    (B3_SINGLE, Header::B3Single),
    (B3Header::TraceId.name(), Header::B3Multi(B3Header::TraceId)),
    (B3Header::SpanId.name(), Header::B3Multi(B3Header::SpanId)),
    (B3Header::ParentSpanId.name(), Header::B3Multi(B3Header::ParentSpanId)),
    (B3Header::Sampled.name(), Header::B3Multi(B3Header::Sampled)),
    (B3Header::Flags.name(), Header::B3Multi(B3Header::Flags)),
];

/// The name of B3's single header.
pub(crate) const B3_SINGLE: &str = "b3";

// === impl HeaderNames ===

impl HeaderNames {
    /// The prefix first: the others must not begin with it.
    fn all(&self) -> [&str; 4] {
        [&self.baggage_prefix, &self.trace_context, &self.debug_id, &self.baggage]
    }
}

impl Default for HeaderNames {
    fn default() -> Self {
        Self {
            trace_context: Cow::Borrowed("uber-trace-id"),
            baggage_prefix: Cow::Borrowed("uberctx-"),
            debug_id: Cow::Borrowed("jaeger-debug-id"),
            baggage: Cow::Borrowed("jaeger-baggage"),
        }
    }
}

// === impl HeaderNamesError ===

impl fmt::Display for HeaderNamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected the name of a trace header, found {:?}, which {}", self.name, self.why)
    }
}

impl error::Error for HeaderNamesError {}

// === impl W3cHeader ===

impl W3cHeader {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TraceParent => "traceparent",
            Self::TraceState => "tracestate",
            Self::Baggage => "baggage",
        }
    }
}

// === impl B3Header ===

impl B3Header {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TraceId => "x-b3-traceid",
            Self::SpanId => "x-b3-spanid",
            Self::ParentSpanId => "x-b3-parentspanid",
            Self::Sampled => "x-b3-sampled",
            Self::Flags => "x-b3-flags",
        }
    }
}

// === impl Header ===

impl Header<'_> {
    pub(crate) const fn format(self) -> Format {
        match self {
            Self::TraceContext | Self::BaggageItem(_) | Self::DebugId | Self::BaggageByHand => Format::Jaeger,
            Self::W3c(_) => Format::W3c,
            Self::B3Single => Format::B3Single,
            Self::B3Multi(_) => Format::B3Multi,
        }
    }

    /// Whether it holds baggage, which travels beside the trace.
    pub(crate) const fn is_baggage(self) -> bool {
        matches!(self, Self::BaggageItem(_) | Self::BaggageByHand | Self::W3c(W3cHeader::Baggage))
    }
}

// === impl KnownNames ===

impl KnownNames {
    /// # Errors
    ///
    /// A name that not both HTTP and gRPC can carry, one that stands twice or belongs to another format, and a prefix
    /// with which another known name begins.
    pub(crate) fn new(mut names: HeaderNames) -> Result<Self, HeaderNamesError> {
        for name in
            [&mut names.trace_context, &mut names.baggage_prefix, &mut names.debug_id, &mut names.baggage]
        {
            name.to_mut().make_ascii_lowercase();
        }
        for (index, name) in names.all().into_iter().enumerate() {
            let why = match () {
                () if !CarrierFormat::GrpcMetadata.accepts_name(name) => "not both HTTP and gRPC can carry",
                () if names.all().into_iter().take(index).any(|other| other == name) => "stands twice",
                () if FIXED.iter().any(|(other, _)| *other == name) => "belongs to another format",
                () if name != names.baggage_prefix && name.starts_with(&*names.baggage_prefix) => {
                    "begins with the prefix of baggage"
                }
                () => continue,
            };
            return Err(HeaderNamesError { name: name.to_owned(), why });
        }
        if FIXED.iter().any(|(fixed, _)| fixed.starts_with(&*names.baggage_prefix)) {
            let why = "headers of other formats begin with";
            return Err(HeaderNamesError { name: names.baggage_prefix.into_owned(), why });
        }
        Ok(Self::of_valid(names))
    }

    fn of_valid(jaeger: HeaderNames) -> Self {
        let known = jaeger.all().into_iter().chain(FIXED.iter().map(|(name, _)| *name));
        let first_letters = known.fold(0, |letters, name| letters | first_letter(name));
        Self { jaeger, first_letters }
    }

    /// What a header is, by its name, ignoring case; `None` for those that are none of ours, as most are.
    #[inline]
    pub(crate) fn classify<'n>(&self, name: &'n str) -> Option<Header<'n>> {
        if self.first_letters & first_letter(name) == 0 { None } else { self.find(name) }
    }

    fn find<'n>(&self, name: &'n str) -> Option<Header<'n>> {
        let names = &self.jaeger;
        // The headers that most requests have, as most carriers have them.
        if name == names.trace_context {
            return Some(Header::TraceContext);
        }
        if let Some(key) = name.strip_prefix(&*names.baggage_prefix) {
            return Some(Header::BaggageItem(key));
        }
        if name.eq_ignore_ascii_case(&names.trace_context) {
            Some(Header::TraceContext)
        } else if let Some(key) = self.baggage_key(name) {
            Some(Header::BaggageItem(key))
        } else if name.eq_ignore_ascii_case(&names.debug_id) {
            Some(Header::DebugId)
        } else if name.eq_ignore_ascii_case(&names.baggage) {
            Some(Header::BaggageByHand)
        } else {
            FIXED.iter().find(|(fixed, _)| name.eq_ignore_ascii_case(fixed)).map(|(_, header)| *header)
        }
    }

    fn baggage_key<'n>(&self, name: &'n str) -> Option<&'n str> {
        let (prefix, key) = name.split_at_checked(self.jaeger.baggage_prefix.len())?;
        prefix.eq_ignore_ascii_case(&self.jaeger.baggage_prefix).then_some(key)
    }
}

impl Default for KnownNames {
    fn default() -> Self {
        Self::of_valid(HeaderNames::default())
    }
}

/// A bit for each letter, ignoring case, and one for everything else a name may begin with.
#[inline]
fn first_letter(name: &str) -> u32 {
    let first = name.as_bytes().first().map_or(0, |byte| byte | 0x20);
    1 << if first.is_ascii_lowercase() { first - b'a' } else { 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(change: impl FnOnce(&mut HeaderNames)) -> Result<KnownNames, HeaderNamesError> {
        let mut names = HeaderNames::default();
        change(&mut names);
        KnownNames::new(names)
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut HeaderNames), message: &str) {
        let error = names(change).unwrap_err().to_string();
        assert_eq!(error, format!("expected the name of a trace header, found {message}"));
    }

    #[test]
    fn names_that_would_lose_or_swallow_headers_are_refused() {
        refused(|names| names.trace_context = "".into(), r#""", which not both HTTP and gRPC can carry"#);
        refused(|names| names.baggage_prefix = "".into(), r#""", which not both HTTP and gRPC can carry"#);
        refused(
            |names| names.trace_context = "x trace".into(),
            r#""x trace", which not both HTTP and gRPC can carry"#,
        );
        refused(
            |names| names.trace_context = "x-bin".into(),
            r#""x-bin", which not both HTTP and gRPC can carry"#,
        );
        refused(|names| names.debug_id = "Uber-Trace-Id".into(), r#""uber-trace-id", which stands twice"#);
        refused(|names| names.baggage = "baggage".into(), r#""baggage", which belongs to another format"#);
        refused(
            |names| names.debug_id = "uberctx-debug".into(),
            r#""uberctx-debug", which begins with the prefix of baggage"#,
        );
        refused(
            |names| names.baggage_prefix = "x-".into(),
            r#""x-", which headers of other formats begin with"#,
        );
        refused(
            |names| names.baggage_prefix = "jaeger-".into(),
            r#""jaeger-debug-id", which begins with the prefix of baggage"#,
        );
    }

    #[test]
    fn names_are_known_ignoring_case() {
        let known = names(|names| names.trace_context = "X-Trace".into()).unwrap();
        assert_eq!(known.jaeger.trace_context, "x-trace");
        assert_eq!(known.classify("x-TRACE"), Some(Header::TraceContext));
        assert_eq!(known.classify("UberCtx-Key"), Some(Header::BaggageItem("Key")));
        assert_eq!(known.classify("X-B3-TraceId"), Some(Header::B3Multi(B3Header::TraceId)));
        for (name, header) in FIXED {
            assert_eq!(known.classify(name), Some(header));
        }
        for name in ["uber-trace-id", "uber_trace_id", "uberctx", "", "é", "\u{212a}", "x-b3", "traceparents"]
        {
            assert_eq!(known.classify(name), None, "{name:?}");
        }
    }
}
