//! The tracer's counters, exported through a `Meter`.

use std::{iter, sync::Arc};

use jaeger_exporter::FailureCause;
use jaeger_propagation::BaggageRestrictions;
use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter},
};

use crate::{poll::Poll, sampler::RemoteSamplerStats, way::Way};

/// All that is counted. Clones count the same.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    pub(crate) first: Way,
    pub(crate) further: Vec<Way>,
    pub(crate) sampler: Option<Arc<RemoteSamplerStats>>,
    pub(crate) baggage: BaggageRestrictions,
    /// Who asks for the restrictions.
    pub(crate) restrictions: Option<Poll>,
}

type Observed<'a> = &'a dyn AsyncInstrument<u64>;
type Read = fn(&Counters, Observed<'_>);

// === impl Counters ===

impl Counters {
    pub(crate) fn new(first: Way) -> Self {
        Self {
            first,
            further: Vec::new(),
            sampler: None,
            baggage: BaggageRestrictions::default(),
            restrictions: None,
        }
    }

    /// Each way, and by what it is known.
    fn ways(&self) -> impl Iterator<Item = (&Way, Option<KeyValue>)> {
        let further = self.further.iter();
        let further = further.map(|way| (way, Some(KeyValue::new("destination", way.peer.name.clone()))));
        iter::once((&self.first, None)).chain(further)
    }

    /// Makes the instruments.
    pub(crate) fn observe(&self, meter: &Meter) {
        self.observe_reporters(meter);
        self.observe_sampler(meter);
        self.observe_baggage(meter);
    }

    fn observe_reporters(&self, meter: &Meter) {
        self.counter(
            meter,
            "jaeger.tracer.reporter_spans",
            "Sampled spans that have ended",
            |counters, spans| {
                counters
                    .ways()
                    .for_each(|(way, destination)| observe_spans(way, destination.as_ref(), spans));
            },
        );
        let cut_down = "Spans sent without some logs or ends of tags";
        self.counter(meter, "jaeger.tracer.cut_down_spans", cut_down, |counters, spans| {
            for (way, destination) in counters.ways() {
                let cut_down = way.export.as_ref().map_or(0, |export| export.cut_down());
                spans.observe(cut_down, destination.as_slice());
            }
        });
        let counters = self.clone();
        meter
            .u64_observable_gauge("jaeger.tracer.reporter_queue_length")
            .with_description("Spans that wait to be sent")
            .with_callback(move |length| {
                for (Way { reporter, export, .. }, destination) in counters.ways() {
                    let waiting = export.as_ref().map_or(0, |export| export.waiting());
                    length.observe(reporter.queued() + waiting, destination.as_slice());
                }
            })
            .build();
    }

    fn observe_sampler(&self, meter: &Meter) {
        self.counter(
            meter,
            "jaeger.tracer.sampler_queries",
            "Questions to the sampling endpoint",
            |counters, queries| {
                if let Some(stats) = &counters.sampler {
                    queries.observe(stats.queries(), &[result("ok")]);
                    queries.observe(stats.failed_queries(), &[result("err")]);
                }
            },
        );
        self.counter(meter, "jaeger.tracer.sampler_updates", "Its answers", |counters, updates| {
            if let Some(stats) = &counters.sampler {
                updates.observe(stats.updates(), &[result("ok")]);
                updates.observe(stats.failed_updates(), &[result("err")]);
            }
        });
    }

    fn observe_baggage(&self, meter: &Meter) {
        self.counter(meter, "jaeger.tracer.baggage_updates", "Baggage items set", |counters, updates| {
            updates.observe(counters.baggage.set(), &[result("ok")]);
            updates.observe(counters.baggage.refused(), &[result("err")]);
        });
        let answers = "Answers with baggage restrictions";
        self.counter(meter, "jaeger.tracer.baggage_restrictions_updates", answers, |counters, updates| {
            if let Some(poll) = &counters.restrictions {
                let (useful, useless) = poll.counts();
                updates.observe(useful, &[result("ok")]);
                updates.observe(useless, &[result("err")]);
            }
        });
        self.counter(
            meter,
            "jaeger.tracer.baggage_truncations",
            "Baggage values cut",
            |counters, truncations| {
                truncations.observe(counters.baggage.truncated(), &[]);
            },
        );
    }

    fn counter(&self, meter: &Meter, name: &'static str, description: &'static str, read: Read) {
        let counters = self.clone();
        meter
            .u64_observable_counter(name)
            .with_description(description)
            .with_callback(move |instrument| read(&counters, instrument))
            .build();
    }
}

fn observe_spans(way: &Way, destination: Option<&KeyValue>, spans: Observed<'_>) {
    let Way { reporter, export, .. } = way;
    let observe = |count, outcome, cause: Option<&'static str>| {
        let cause = cause.map(|cause| KeyValue::new("cause", cause));
        let attributes: Vec<_> =
            iter::once(result(outcome)).chain(cause).chain(destination.cloned()).collect();
        spans.observe(count, &attributes);
    };
    observe(way.sent(), "ok", None);
    observe(reporter.dropped_queue_full(), "dropped", Some("queue-full"));
    observe(reporter.dropped_after_shutdown(), "dropped", Some("after-shutdown"));
    let Some(export) = export else {
        return observe(reporter.failed(), "err", Some("other"));
    };
    let causes = [
        (FailureCause::Unreachable, "unreachable"),
        (FailureCause::Timeout, "timeout"),
        (FailureCause::Rejected, "rejected"),
        (FailureCause::Other, "other"),
    ];
    for (cause, name) in causes {
        observe(export.failed_by(cause), "err", Some(name));
    }
    observe(export.too_large(), "err", Some("too-large"));
    // The exporter has not seen them.
    observe(reporter.abandoned(), "err", Some("deadline"));
}

fn result(result: &'static str) -> KeyValue {
    KeyValue::new("result", result)
}
