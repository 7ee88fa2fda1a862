//! The adapter to OpenTelemetry; the only file that knows the `opentelemetry` crate.
//!
//! The ids and the sampling decision become OpenTelemetry's SpanContext. The rest of Jaeger's flags and the debug
//! id have no room there (bit 2 of its `TraceFlags` means something else) and stand beside it in the `Context`,
//! as [`JaegerState`]. Baggage becomes OpenTelemetry's, so that programs see and change it by its API; what that
//! cannot hold stands beside it too.

use opentelemetry::{
    Context, KeyValue, Value,
    baggage::{Baggage as OtelBaggage, BaggageExt},
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext as OtelSpanContext, TraceContextExt, TraceFlags, TraceState},
};

use crate::{
    Baggage, CarrierFormat, ExtractCarrier, Extracted, Flags, InjectCarrier, JaegerPropagator, SpanContext,
    SpanId, TraceId,
};

/// What Jaeger knows of a trace and OpenTelemetry's SpanContext cannot hold: a value in the `Context`.
///
/// Present only where there is something to say: flags other than *sampled*, or a debug id.
#[derive(Clone, Debug)]
pub struct JaegerState {
    /// The trace that this belongs to; `None` until a debug request's root has been started.
    trace_id: Option<opentelemetry::trace::TraceId>,
    flags: Flags,
    debug_id: Option<String>,
}

/// Baggage that OpenTelemetry's refused: more than 64 items, or a key that is no token.
#[derive(Debug)]
struct BaggageRest(Baggage);

struct ExtractorCarrier<'a>(&'a dyn Extractor);

struct InjectorCarrier<'a>(&'a mut dyn Injector);

// === impl JaegerState ===

impl JaegerState {
    /// The reserved attribute by which flags reach a finished span, which no longer knows its `Context`: an integer,
    /// consumed by the exporter and never sent as a tag.
    pub const FLAGS_ATTRIBUTE: &'static str = "jaeger.flags";

    /// The flags of a finished span: *sampled* from its SpanContext, debug and firehose from
    /// [`FLAGS_ATTRIBUTE`](Self::FLAGS_ATTRIBUTE).
    pub fn recorded_flags(span: &OtelSpanContext, attributes: &[KeyValue]) -> Flags {
        let reserved =
            attributes.iter().rev().find(|attribute| attribute.key.as_str() == Self::FLAGS_ATTRIBUTE);
        let extra = match reserved.map(|attribute| &attribute.value) {
            Some(Value::I64(bits)) => *bits as u8 & (Flags::DEBUG | Flags::FIREHOSE).bits(),
            _ => 0,
        };
        Flags::from_bits(extra).with_sampled(span.is_sampled())
    }

    /// The state that a context carries.
    pub fn from_context(context: &Context) -> Option<&Self> {
        context.get::<Self>()
    }

    /// The `jaeger-debug-id` that the next root span of this context has to bear as a tag; `None` once that root
    /// has been started.
    pub fn debug_id(&self) -> Option<&str> {
        self.debug_id.as_deref().filter(|_| self.trace_id.is_none())
    }

    /// Jaeger's flags of a new span of the given trace, when `parent` is the context in which it is started.
    ///
    /// `None` if nothing is known of that trace.
    pub fn flags_of(parent: &Context, trace_id: opentelemetry::trace::TraceId) -> Option<Flags> {
        let state = Self::from_context(parent)?;
        let belongs = match state.trace_id {
            Some(own) => own == trace_id,
            None => !parent.span().span_context().is_valid(),
        };
        belongs.then_some(state.flags)
    }

    /// Ties a debug request's state to the root span that has just been put into `context`, so that it marks this
    /// trace and no other one.
    pub fn bind(context: Context) -> Context {
        let bound = match Self::from_context(&context) {
            Some(state) if state.trace_id.is_none() => {
                let span = context.span();
                let span = span.span_context();
                let flags = if span.is_sampled() { state.flags } else { Flags::NONE };
                Self { trace_id: Some(span.trace_id()), flags, debug_id: state.debug_id.clone() }
            }
            _ => return context,
        };
        context.with_value(bound)
    }

    fn of_extracted(extracted: &Extracted) -> Option<Self> {
        match (extracted.span_context, &extracted.debug_id) {
            (Some(span), _) if span.flags.bits() & !Flags::SAMPLED.bits() != 0 => {
                Some(Self { trace_id: Some(span.trace_id.into()), flags: span.flags, debug_id: None })
            }
            (None, Some(id)) => {
                let flags = Flags::SAMPLED | Flags::DEBUG;
                Some(Self { trace_id: None, flags, debug_id: Some(id.clone()) })
            }
            _ => None,
        }
    }
}

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
    /// let extracted = jaeger_propagation::JaegerPropagator::new().extract(&headers)?;
    /// let context = extracted.into_context(&Context::new());
    /// assert!(context.span().span_context().is_remote());
    /// assert_eq!(context.baggage().get("customer").unwrap().as_str(), "731");
    /// # Ok::<(), jaeger_propagation::ExtractError>(())
    /// ```
    pub fn into_context(self, base: &Context) -> Context {
        let state = JaegerState::of_extracted(&self);
        let mut context = match self.span_context {
            Some(span) => base.with_remote_span_context(span.into()),
            None => base.clone(),
        };
        if let Some(state) = state {
            context = context.with_value(state);
        }
        if self.baggage.is_empty() { context } else { with_baggage(&context, &self.baggage) }
    }
}

/// OpenTelemetry's `Baggage` says nothing when it refuses an item; its length does.
fn with_baggage(context: &Context, baggage: &Baggage) -> Context {
    let mut otel = OtelBaggage::new();
    let mut rest = Baggage::default();
    for (key, value) in baggage.iter() {
        let before = otel.len();
        otel.insert(key.to_owned(), value.to_owned());
        if otel.len() == before {
            rest.insert(key, value);
        }
    }
    let context = context.with_baggage(otel);
    if rest.is_empty() { context } else { context.with_value(BaggageRest(rest)) }
}

// === impl JaegerPropagator ===

impl JaegerPropagator {
    /// Writes the span, Jaeger's flags and the baggage of a context into a carrier, directly: the way that does
    /// not go through `dyn Injector`.
    pub fn inject_from_context<C: InjectCarrier + ?Sized>(&self, context: &Context, carrier: &mut C) {
        let span = context.span();
        let span = span.span_context();
        let span_context = span.is_valid().then(|| SpanContext {
            trace_id: span.trace_id().into(),
            span_id: span.span_id().into(),
            parent_id: None,
            flags: outgoing_flags(context, span),
        });
        let otel = context.baggage();
        let rest = context.get::<BaggageRest>().into_iter().flat_map(|rest| rest.0.iter());
        let rest = rest.filter(|(key, _)| otel.get(key).is_none());
        let items = otel.iter().map(|(key, (value, _))| (key.as_str(), value.as_str()));
        self.inject(span_context.as_ref(), items.chain(rest), carrier);
    }
}

fn outgoing_flags(context: &Context, span: &OtelSpanContext) -> Flags {
    let flags = match JaegerState::from_context(context) {
        Some(state) if state.trace_id.is_none_or(|own| own == span.trace_id()) => state.flags,
        _ => Flags::NONE,
    };
    match (span.is_sampled(), flags.is_debug()) {
        // A sampler that does not know of debug ids said no: the trace is not a debug trace.
        (false, true) => Flags::NONE,
        (sampled, _) => flags.with_sampled(sampled),
    }
}

impl TextMapPropagator for JaegerPropagator {
    /// Values are percent-encoded, as in HTTP headers. An `Injector` cannot remove: forwarded baggage headers that
    /// the context does not have stay.
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        self.inject_from_context(cx, &mut InjectorCarrier(injector));
    }

    /// A malformed trace header gives a context without a span, so that the request starts a new root and does not
    /// become a child of whatever is current.
    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        match self.extract(&ExtractorCarrier(extractor)) {
            Ok(extracted) => extracted.into_context(cx),
            Err(_) => cx.with_remote_span_context(OtelSpanContext::NONE),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        let names = &self.shared.names;
        FieldIter::new(self.shared.fields.get_or_init(|| [names.trace_context.clone().into_owned()]))
    }
}

// === impl carriers ===

impl ExtractCarrier for ExtractorCarrier<'_> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn for_each<'c>(&'c self, mut visit: impl FnMut(&'c str, &'c [u8])) {
        for name in self.0.keys() {
            for value in self.0.get_all(name).into_iter().flatten() {
                visit(name, value.as_bytes());
            }
        }
    }
}

impl InjectCarrier for InjectorCarrier<'_> {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::HttpHeaders
    }

    fn remove_if(&mut self, _matches: impl Fn(&str) -> bool) {}

    fn set(&mut self, name: &str, value: &str) {
        self.0.set(name, value.to_owned());
    }
}

// === conversions ===

impl From<TraceId> for opentelemetry::trace::TraceId {
    fn from(id: TraceId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<opentelemetry::trace::TraceId> for TraceId {
    fn from(id: opentelemetry::trace::TraceId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<SpanId> for opentelemetry::trace::SpanId {
    fn from(id: SpanId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

impl From<opentelemetry::trace::SpanId> for SpanId {
    fn from(id: opentelemetry::trace::SpanId) -> Self {
        Self::from_bytes(id.to_bytes())
    }
}

/// A remote SpanContext with the ids and the sampling decision; the other flags do not fit.
impl From<SpanContext> for OtelSpanContext {
    fn from(context: SpanContext) -> Self {
        let flags = if context.flags.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        Self::new(context.trace_id.into(), context.span_id.into(), flags, true, TraceState::NONE)
    }
}
