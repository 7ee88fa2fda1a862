//! From what a request carried to a `Context`, and from a `Context` to what is sent on.

use std::{mem, str::FromStr};

use opentelemetry::{
    Context,
    baggage::{Baggage as OtelBaggage, BaggageExt, BaggageMetadata},
    trace::{SpanContext as OtelSpanContext, TraceContextExt, TraceFlags, TraceState},
};

use super::{JaegerState, LateState};
use crate::{
    Baggage, CarrierFormat, Extracted, InjectCarrier, Propagator, SpanContext,
    baggage::{BaggageItem, ItemRef},
    format::FormatSet,
    inject::Outgoing,
};

/// Baggage that OpenTelemetry's refused: more than 64 items, or a key that is no token.
#[derive(Debug)]
struct BaggageRest(Baggage);

/// The formats in which the request came, for a propagator that answers in kind.
#[derive(Clone, Copy, Debug)]
struct Received(FormatSet);

/// OpenTelemetry's limit on baggage items.
const OTEL_ITEMS: usize = 64;

/// OpenTelemetry's limit on the bytes of all baggage items.
const OTEL_BYTES: usize = 8192;

// === impl Extracted ===

impl Extracted {
    /// Puts the caller's span (as a remote one), Jaeger's state and the baggage into a context.
    ///
    /// ```
    /// use opentelemetry::{Context, baggage::BaggageExt, trace::TraceContextExt};
    ///
    /// # let headers = std::collections::HashMap::from([
    /// #     ("uber-trace-id".to_string(), "7b:1c8:0:1".to_string()),
    /// #     ("uberctx-customer".to_string(), "731".to_string()),
    /// # ]);
    /// let extracted = jaeger_propagation::Propagator::new().extract(&headers);
    /// let context = extracted.into_context(&Context::new());
    /// assert!(context.span().span_context().is_remote());
    /// assert_eq!(context.baggage().get("customer").unwrap().as_str(), "731");
    /// ```
    ///
    /// A request without a trace goes on with the span of `base`, if that has one; then its debug id says nothing. After a
    /// refused header a local span of `base` is not its parent, nor is anything else of `base` its own: the context begins
    /// anew. A remote one stays: another propagator has just read it.
    pub fn into_context(mut self, base: &Context) -> Context {
        self.take_context(base)
    }

    /// The same where what was refused is looked at later.
    pub fn take_context(&mut self, base: &Context) -> Context {
        let context = self.take_surroundings(base);
        let trace_state = self.trace_state.take();
        match self.span_context.take() {
            Some(span) => context.with_remote_span_context(remote(&span, trace_state.as_deref())),
            None => context,
        }
    }

    /// The same without the caller's span, which stays here to be read, as the trace state does: for a tracer that knows a parent
    /// without a `Context`, which has to be allocated.
    pub fn take_surroundings(&mut self, base: &Context) -> Context {
        let empty = Context::new();
        let is_refused = self.span_context.is_none() && self.refused.is_some();
        let is_ambient = base.has_active_span() && !base.span().span_context().is_remote();
        let base = if is_refused && is_ambient { &empty } else { base };

        let state = match (&self.span_context, &self.debug_id) {
            (Some(span), _) => JaegerState::of_span(span).or_else(|| JaegerState::hiding(base)),
            (None, Some(id)) if !base.span().span_context().is_valid() => Some(JaegerState::asked_for(id)),
            _ => None,
        };
        let before = base.get::<Received>().map_or(FormatSet::EMPTY, |received| received.0);
        let received = match self.span_context {
            Some(_) => self.received,
            None => self.received.union(before),
        };
        let mut context = base.clone();
        if let Some(state) = state {
            context = context.with_value(state);
        }
        if received != before {
            context = context.with_value(Received(received));
        }
        if !self.baggage.is_empty() {
            context = with_baggage(&context, mem::take(&mut self.baggage));
        }
        context
    }
}

/// The context with what another one says of its trace beside the span: baggage, Jaeger's flags and debug id, in which formats the
/// request came, and what is set in its span [later](LateState). Nothing else of the other one comes along.
///
/// ```
/// use jaeger_propagation::{Baggage, with_trace_of};
/// use opentelemetry::Context;
///
/// let request = Baggage::from_iter([("customer", "731")]).into_context(&Context::new());
/// let task = with_trace_of(&Context::current(), &request);
/// assert_eq!(Baggage::from_context(&task).get("customer"), Some("731"));
/// ```
pub fn with_trace_of(base: &Context, other: &Context) -> Context {
    let (own, baggage) = (Baggage::from_context(base), Baggage::from_context(other));
    let mut context = if own == baggage { base.clone() } else { baggage.into_context(base) };
    if let Some(state) = JaegerState::from_context(other).cloned().or_else(|| JaegerState::hiding(base)) {
        context = context.with_value(state);
    }
    let received = other.get::<Received>().copied();
    if let Some(received) = received.or_else(|| base.get().map(|Received(_)| Received(FormatSet::EMPTY))) {
        context = context.with_value(received);
    }
    LateState::copy(other, context)
}

/// A remote SpanContext with the ids, the sampling decision and the trace state; the other flags do not fit. A trace
/// state that OpenTelemetry cannot read is left out: W3C asks for that.
fn remote(span: &SpanContext, trace_state: Option<&str>) -> OtelSpanContext {
    let flags = if span.flags.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let trace_state = trace_state.and_then(|text| TraceState::from_str(text).ok()).unwrap_or_default();
    OtelSpanContext::new(span.trace_id.into(), span.span_id.into(), flags, true, trace_state)
}

impl From<SpanContext> for OtelSpanContext {
    fn from(span: SpanContext) -> Self {
        remote(&span, None)
    }
}

fn with_baggage(context: &Context, baggage: Baggage) -> Context {
    let mut otel = OtelBaggage::new();
    let is_token = |item: ItemRef<'_>| CarrierFormat::HttpHeaders.accepts_name(item.key);
    if baggage.len() <= OTEL_ITEMS && baggage.bytes() <= OTEL_BYTES && baggage.items().all(is_token) {
        for item in baggage.into_items() {
            otel.insert_with_metadata(item.key, item.value, metadata(item.properties));
        }
        let context = context.with_baggage(otel);
        let has_rest = context.get::<BaggageRest>().is_some();
        return if has_rest { context.with_value(BaggageRest(Baggage::default())) } else { context };
    }
    let mut rest = Baggage::default();
    for item in baggage.into_items() {
        // It says nothing when it refuses an item; its length does.
        let before = otel.len();
        otel.insert_with_metadata(item.key.clone(), item.value.clone(), metadata(item.properties.clone()));
        if otel.len() == before {
            rest.set(item);
        }
    }
    context.with_baggage(otel).with_value(BaggageRest(rest))
}

/// OpenTelemetry's word for properties.
fn metadata(properties: String) -> BaggageMetadata {
    if properties.is_empty() { BaggageMetadata::default() } else { properties.into() }
}

// === impl Baggage ===

impl Baggage {
    /// All baggage of a context: OpenTelemetry's, and what that has no room for.
    pub fn from_context(context: &Context) -> Self {
        let mut baggage = Self::default();
        for item in items(context) {
            baggage.set(BaggageItem {
                key: item.key.to_owned(),
                value: item.value.to_owned(),
                properties: item.properties.to_owned(),
            });
        }
        baggage
    }

    /// The context with this as its baggage, in place of what it has.
    ///
    /// ```
    /// use jaeger_propagation::Baggage;
    /// use opentelemetry::{Context, baggage::BaggageExt};
    ///
    /// let context = Baggage::from_iter([("customer", "731"), ("no token", "…")]).into_context(&Context::new());
    /// assert_eq!(context.baggage().get("customer").unwrap().as_str(), "731");
    /// assert_eq!(Baggage::from_context(&context).get("no token"), Some("…"));
    /// ```
    pub fn into_context(self, base: &Context) -> Context {
        with_baggage(base, self)
    }
}

// === impl Propagator ===

impl Propagator {
    /// Writes the span, Jaeger's flags and the baggage of a context into a carrier, directly: the way that does
    /// not go through `dyn Injector`.
    pub fn inject_from_context<C: InjectCarrier + ?Sized>(&self, context: &Context, carrier: &mut C) {
        match LateState::newer(context) {
            Some(newer) => self.inject_from(&newer, carrier),
            None => self.inject_from(context, carrier),
        }
    }

    fn inject_from<C: InjectCarrier + ?Sized>(&self, context: &Context, carrier: &mut C) {
        let span = context.span();
        let trace_state = span.span_context().trace_state();
        let trace_state = (trace_state.into_iter().len() > 0).then(|| trace_state.header());
        let outgoing = Outgoing {
            span_context: span_context_of(context),
            trace_state: trace_state.as_deref(),
            received: context.get::<Received>().map_or(FormatSet::EMPTY, |received| received.0),
        };
        self.write(outgoing, items(context), carrier);
    }

    /// Appends the span, Jaeger's flags and the baggage of a context to bytes, as
    /// [`inject_binary`](Self::inject_binary) does.
    pub fn inject_binary_from_context(&self, context: &Context, carrier: &mut Vec<u8>) {
        let newer = LateState::newer(context);
        let context = newer.as_ref().unwrap_or(context);
        self.write_binary(span_context_of(context), items(context), carrier);
    }
}

/// The span of a context with Jaeger's flags, as it would be sent on; `None` if there is no valid one.
///
/// ```
/// use opentelemetry::Context;
///
/// // In a handler: the trace id as Jaeger prints it.
/// if let Some(span) = jaeger_propagation::span_context_of(&Context::current()) {
///     println!("trace {}", span.trace_id);
/// }
/// ```
pub fn span_context_of(context: &Context) -> Option<SpanContext> {
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| SpanContext {
        trace_id: span.trace_id().into(),
        span_id: span.span_id().into(),
        parent_id: None,
        flags: JaegerState::outgoing_flags(context, span),
    })
}

/// OpenTelemetry's baggage, and what it could not hold.
fn items(context: &Context) -> impl Iterator<Item = ItemRef<'_>> {
    let otel = context.baggage();
    let rest = context.get::<BaggageRest>().into_iter().flat_map(|rest| rest.0.items());
    let rest = rest.filter(|item| otel.get(item.key).is_none());
    let items = otel.iter().map(|(key, (value, metadata))| ItemRef {
        key: key.as_str(),
        value: value.as_str(),
        properties: metadata.as_str(),
    });
    items.chain(rest)
}
