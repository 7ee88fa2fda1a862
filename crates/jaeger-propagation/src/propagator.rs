//! The propagator: header names, limits and counters.

use std::sync::Arc;

use crate::{BaggageLimits, HeaderNames, PropagationCounters};

/// Reads a span context and baggage from a carrier and writes them to one, in Jaeger's format.
///
/// A carrier is an `http::HeaderMap` (feature `http`), a `tonic::metadata::MetadataMap` (feature `tonic`), or a
/// map of text. With the feature `opentelemetry` this is also a `TextMapPropagator`. Clones share everything.
///
/// ```
/// use std::collections::HashMap;
/// use jaeger_propagation::JaegerPropagator;
///
/// let jaeger = JaegerPropagator::new();
/// let headers = HashMap::from([
///     ("uber-trace-id".to_string(), "7b:1c8:0:1".to_string()),
///     ("uberctx-customer".to_string(), "731".to_string()),
/// ]);
/// let extracted = jaeger.extract(&headers)?;
/// let caller = extracted.span_context.expect("the header above");
/// assert!(caller.flags.is_sampled());
/// assert_eq!(extracted.baggage.get("customer"), Some("731"));
///
/// let mut outgoing = HashMap::new();
/// jaeger.inject(Some(&caller), extracted.baggage.iter(), &mut outgoing);
/// assert_eq!(outgoing["uber-trace-id"], "000000000000007b:00000000000001c8:0:1");
/// # Ok::<(), jaeger_propagation::ExtractError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct JaegerPropagator {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) names: HeaderNames,
    pub(crate) limits: BaggageLimits,
    pub(crate) counters: Arc<PropagationCounters>,
    /// What `TextMapPropagator::fields` answers; made once from the names.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fields: std::sync::OnceLock<[String; 1]>,
}

// === impl JaegerPropagator ===

impl JaegerPropagator {
    /// A propagator with the default names and limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Other header names; the default is [`HeaderNames::default`].
    #[must_use]
    pub fn with_header_names(self, names: HeaderNames) -> Self {
        self.with(|shared| {
            shared.names = names;
            #[cfg(feature = "opentelemetry")]
            shared.fields.take();
        })
    }

    /// Other limits on inbound baggage; the default is [`BaggageLimits::default`].
    #[must_use]
    pub fn with_baggage_limits(self, limits: BaggageLimits) -> Self {
        self.with(|shared| shared.limits = limits)
    }

    /// What was refused so far.
    pub fn counters(&self) -> &Arc<PropagationCounters> {
        &self.shared.counters
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.shared));
        self
    }
}
