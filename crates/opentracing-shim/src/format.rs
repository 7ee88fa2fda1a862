//! The formats of carriers, and what each of them is written to and read from.

use jaeger_propagation::{CarrierFormat, ExtractCarrier, Extracted, InjectCarrier, Propagator, Written};

use crate::SpanContext;

/// Any map of text: keys and values as they are.
#[derive(Clone, Copy, Debug)]
pub struct TextMap;

/// HTTP headers: what they cannot carry is coded.
#[derive(Clone, Copy, Debug)]
pub struct HttpHeaders;

/// Bytes, as jaeger-client-go and jaeger-core write them.
#[derive(Clone, Copy, Debug)]
pub struct Binary;

/// A format in which a span context is written to a carrier of this type: any [`InjectCarrier`] for maps of text and headers, bytes for
/// [`Binary`].
pub trait InjectFormat<C: ?Sized>: sealed::Sealed {
    #[doc(hidden)]
    fn inject(self, propagator: &Propagator, span_context: &SpanContext, carrier: &mut C);
}

/// A format in which a span context is read from a carrier of this type: any [`ExtractCarrier`] for maps of text and headers, bytes for
/// [`Binary`].
pub trait ExtractFormat<C: ?Sized>: sealed::Sealed {
    #[doc(hidden)]
    fn extract(self, propagator: &Propagator, carrier: &C) -> Extracted;
}

mod sealed {
    pub trait Sealed {
        /// Which of a tracer's propagators it is read and written by.
        const IS_HTTP: bool;
    }
}

pub(crate) use sealed::Sealed;

/// A carrier whose entries are headers, whatever it is; gRPC's stay gRPC's.
struct Headers<C>(C);

// === impl TextMap ===

impl Sealed for TextMap {
    const IS_HTTP: bool = false;
}

impl<C: InjectCarrier + ?Sized> InjectFormat<C> for TextMap {
    fn inject(self, propagator: &Propagator, span: &SpanContext, carrier: &mut C) {
        propagator.inject_from_context(span.context(), carrier);
    }
}

impl<C: ExtractCarrier + ?Sized> ExtractFormat<C> for TextMap {
    fn extract(self, propagator: &Propagator, carrier: &C) -> Extracted {
        propagator.extract(carrier)
    }
}

// === impl HttpHeaders ===

impl Sealed for HttpHeaders {
    const IS_HTTP: bool = true;
}

impl<C: InjectCarrier + ?Sized> InjectFormat<C> for HttpHeaders {
    fn inject(self, propagator: &Propagator, span: &SpanContext, carrier: &mut C) {
        propagator.inject_from_context(span.context(), &mut Headers(carrier));
    }
}

impl<C: ExtractCarrier + ?Sized> ExtractFormat<C> for HttpHeaders {
    fn extract(self, propagator: &Propagator, carrier: &C) -> Extracted {
        propagator.extract(&Headers(carrier))
    }
}

// === impl Headers ===

fn of_headers(own: CarrierFormat) -> CarrierFormat {
    if own == CarrierFormat::TextMap { CarrierFormat::HttpHeaders } else { own }
}

impl<C: InjectCarrier + ?Sized> InjectCarrier for Headers<&mut C> {
    fn format(&self) -> CarrierFormat {
        of_headers(self.0.format())
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        self.0.remove_if(matches);
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        self.0.set(name, value)
    }
}

impl<C: ExtractCarrier + ?Sized> ExtractCarrier for Headers<&C> {
    fn format(&self) -> CarrierFormat {
        of_headers(self.0.format())
    }

    fn for_each<'c>(&'c self, visit: impl FnMut(&'c str, &'c [u8])) {
        self.0.for_each(visit);
    }
}

// === impl Binary ===

impl Sealed for Binary {
    const IS_HTTP: bool = false;
}

impl InjectFormat<Vec<u8>> for Binary {
    fn inject(self, propagator: &Propagator, span: &SpanContext, carrier: &mut Vec<u8>) {
        propagator.inject_binary_from_context(span.context(), carrier);
    }
}

impl ExtractFormat<[u8]> for Binary {
    fn extract(self, propagator: &Propagator, carrier: &[u8]) -> Extracted {
        propagator.extract_binary(carrier)
    }
}

impl ExtractFormat<Vec<u8>> for Binary {
    fn extract(self, propagator: &Propagator, carrier: &Vec<u8>) -> Extracted {
        propagator.extract_binary(carrier)
    }
}
