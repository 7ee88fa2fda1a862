//! `TextMapPropagator`: the propagator in any program that uses OpenTelemetry.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
};

use crate::{
    CarrierFormat, ExtractCarrier, InjectCarrier, Propagator, Written,
    header_names::{FIXED, Header},
    propagator::Shared,
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
    /// become a child of whatever is current. Names are found in the case that the `Extractor` finds: OpenTelemetry's for
    /// `HashMap` finds lower case only.
    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        self.extract(&ExtractorCarrier(extractor)).into_context(cx)
    }

    /// The names of the trace headers that may be written; those of baggage items depend on their keys.
    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.shared.fields)
    }
}

// === impl Shared ===

impl Shared {
    pub(crate) fn written_names(&self) -> Vec<String> {
        let is_written = |header: Header<'_>| self.answers_in_kind || self.inject.contains(header.format());
        let jaeger = (self.names.jaeger.trace_context.as_ref(), Header::TraceContext);
        let known = [jaeger].into_iter().chain(FIXED);
        known.filter(|(_, header)| is_written(*header)).map(|(name, _)| name.to_owned()).collect()
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

    fn set(&mut self, name: &str, value: &str) -> Written {
        self.0.set(name, value.to_owned());
        Written::New
    }
}
