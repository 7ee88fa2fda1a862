//! The names of the headers, configurable as in the clients' `HeadersConfig`.

use std::borrow::Cow;

/// Names of Jaeger's headers, lower case.
///
/// ```
/// use jaeger_propagation::{HeaderNames, JaegerPropagator};
///
/// let mut names = HeaderNames::default();
/// assert_eq!(names.trace_context, "uber-trace-id");
/// names.trace_context = "x-trace".into();
/// let propagator = JaegerPropagator::new().with_header_names(names);
/// # drop(propagator);
/// ```
///
/// The defaults are those of jaeger-client-go's `constants.go`. Names compare ignoring case; they are sent as
/// written here.
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

// === impl HeaderNames ===

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

impl HeaderNames {
    /// The key of a baggage header, `None` if the name is not one.
    pub(crate) fn baggage_key<'a>(&self, name: &'a str) -> Option<&'a str> {
        let (prefix, key) = name.split_at_checked(self.baggage_prefix.len())?;
        prefix.eq_ignore_ascii_case(&self.baggage_prefix).then_some(key)
    }

    /// Whether the header belongs to Jaeger's format.
    pub(crate) fn contains(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.trace_context)
            || name.eq_ignore_ascii_case(&self.debug_id)
            || name.eq_ignore_ascii_case(&self.baggage)
            || self.baggage_key(name).is_some()
    }
}
