//! `TextMapPropagator`: the propagator in any program that uses OpenTelemetry.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext as OtelSpanContext, TraceContextExt},
};

use crate::{
    CarrierFormat, ExtractCarrier, Format, InjectCarrier, Propagator,
    header_names::{B3_SINGLE, B3Header, W3cHeader},
};

struct ExtractorCarrier<'a>(&'a dyn Extractor);

struct InjectorCarrier<'a>(&'a mut dyn Injector);

// === impl Propagator ===

impl TextMapPropagator for Propagator {
    /// Values are percent-encoded, as in HTTP headers. An `Injector` cannot remove: headers of a forwarded request that are
    /// not written anew stay.
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        self.inject_from_context(cx, &mut InjectorCarrier(injector));
    }

    /// A malformed trace header gives a context without a span, so that the request starts a new root and does not
    /// become a child of whatever is current.
    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        let extracted = self.extract(&ExtractorCarrier(extractor));
        if extracted.refused.is_some() && extracted.span_context.is_none() {
            return extracted.into_context(&cx.with_remote_span_context(OtelSpanContext::NONE));
        }
        extracted.into_context(cx)
    }

    /// The names of the trace headers that are written; those of baggage items depend on their keys.
    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(self.shared.fields.get_or_init(|| self.field_names()))
    }
}

impl Propagator {
    fn field_names(&self) -> Vec<String> {
        let names = |format| match format {
            Format::Jaeger => vec![self.shared.names.jaeger.trace_context.as_ref()],
            Format::W3c => [W3cHeader::TraceParent, W3cHeader::TraceState, W3cHeader::Baggage]
                .map(W3cHeader::name)
                .to_vec(),
            Format::B3Single => vec![B3_SINGLE],
            Format::B3Multi => [
                B3Header::TraceId,
                B3Header::SpanId,
                B3Header::ParentSpanId,
                B3Header::Sampled,
                B3Header::Flags,
            ]
            .map(B3Header::name)
            .to_vec(),
        };
        let written = Format::ALL.into_iter().filter(|format| self.shared.inject.contains(*format));
        written.flat_map(names).map(str::to_owned).collect()
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
