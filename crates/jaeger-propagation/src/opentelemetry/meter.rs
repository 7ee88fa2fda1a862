//! The counters, exported through a `Meter`.

use std::sync::Arc;

use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter},
};

use crate::{BaggageDrop, Format, MalformedPart, PropagationCounters};

type Read = fn(&PropagationCounters, &mut Observer<'_>);

/// Leaves out what has never happened: most of the combinations never do.
struct Observer<'a>(&'a dyn AsyncInstrument<u64>);

// === impl PropagationCounters ===

impl PropagationCounters {
    /// Exports the counters as observable counters of a meter, once for each propagator:
    ///
    /// | Instrument | Attributes |
    /// |---|---|
    /// | `jaeger.propagation.extracted` | `format` |
    /// | `jaeger.propagation.injected` | `format` |
    /// | `jaeger.propagation.malformed` | `format`, `part` |
    /// | `jaeger.propagation.baggage.dropped` | `cause` |
    /// | `jaeger.propagation.tracestate.dropped` | |
    /// | `jaeger.propagation.debug_id.refused` | |
    ///
    /// The values of the attributes are those of [`Format::as_str`], [`MalformedPart::as_str`] and [`BaggageDrop::as_str`].
    /// Only what has happened at least once is observed. The values are read when the meter's reader collects; requests pay
    /// nothing for it.
    ///
    /// ```
    /// let propagator = jaeger_propagation::Propagator::both();
    /// propagator.counters().observe(&opentelemetry::global::meter("propagation"));
    /// ```
    pub fn observe(self: &Arc<Self>, meter: &Meter) {
        let counter = |name: &'static str, description: &'static str, read: Read| {
            let counters = Arc::clone(self);
            meter
                .u64_observable_counter(name)
                .with_description(description)
                .with_callback(move |instrument| read(&counters, &mut Observer(instrument)))
                .build();
        };
        counter("jaeger.propagation.extracted", "Requests whose trace was joined", |counters, observer| {
            for format in Format::ALL {
                observer.observe(counters.extracted(format), &[label(format)]);
            }
        });
        counter("jaeger.propagation.injected", "Requests sent on with a trace", |counters, observer| {
            for format in Format::ALL {
                observer.observe(counters.injected(format), &[label(format)]);
            }
        });
        counter("jaeger.propagation.malformed", "Trace headers that were refused", |counters, observer| {
            for (format, part) in
                Format::ALL.into_iter().flat_map(|format| MalformedPart::ALL.map(|part| (format, part)))
            {
                let attributes = [label(format), KeyValue::new("part", part.as_str())];
                observer.observe(counters.malformed(format, part), &attributes);
            }
        });
        counter("jaeger.propagation.baggage.dropped", "Baggage items left out", |counters, observer| {
            for cause in BaggageDrop::ALL {
                observer.observe(counters.baggage_dropped(cause), &[KeyValue::new("cause", cause.as_str())]);
            }
        });
        counter("jaeger.propagation.tracestate.dropped", "Trace states left out", |counters, observer| {
            observer.observe(counters.trace_state_dropped(), &[]);
        });
        counter("jaeger.propagation.debug_id.refused", "Debug ids not obeyed", |counters, observer| {
            observer.observe(counters.debug_ids_refused(), &[]);
        });
    }
}

// === impl Observer ===

impl Observer<'_> {
    fn observe(&mut self, value: u64, attributes: &[KeyValue]) {
        if value > 0 {
            self.0.observe(value, attributes);
        }
    }
}

fn label(format: Format) -> KeyValue {
    KeyValue::new("format", format.as_str())
}
