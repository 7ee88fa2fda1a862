//! The tracer's counters, exported through a `Meter`.

use std::sync::Arc;

use jaeger_exporter::{ExportStats, FailureCause, ReporterStats};
use jaeger_propagation::BaggageRestrictions;
use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter},
};

use crate::sampler::RemoteSamplerStats;

/// All that is counted. Clones count the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) reporter: Arc<ReporterStats>,
    pub(crate) export: Option<Arc<ExportStats>>,
    pub(crate) sampler: Option<Arc<RemoteSamplerStats>>,
    pub(crate) baggage: BaggageRestrictions,
}

type Observed<'a> = &'a dyn AsyncInstrument<u64>;
type Read = fn(&Counters, Observed<'_>);

// === impl Counters ===

impl Counters {
    /// Spans that arrived, as far as anybody knows.
    pub(crate) fn sent(&self) -> u64 {
        // Of a batch that was sent in parts, only the exporter knows how much got through.
        self.export.as_ref().map_or_else(|| self.reporter.sent(), |export| export.sent())
    }

    /// Spans that wait to be sent.
    fn queued(&self) -> u64 {
        self.reporter.queued() + self.export.as_ref().map_or(0, |export| export.waiting())
    }

    /// Makes the instruments.
    pub(crate) fn observe(&self, meter: &Meter) {
        let counter = |name: &'static str, description: &'static str, read: Read| {
            let counters = self.clone();
            meter
                .u64_observable_counter(name)
                .with_description(description)
                .with_callback(move |instrument| read(&counters, instrument))
                .build();
        };
        counter("jaeger.tracer.reporter_spans", "Sampled spans that have ended", Self::observe_spans);
        counter(
            "jaeger.tracer.cut_down_spans",
            "Spans sent without some logs or ends of tags",
            |counters, spans| {
                if let Some(export) = &counters.export {
                    spans.observe(export.cut_down(), &[]);
                }
            },
        );
        counter(
            "jaeger.tracer.sampler_queries",
            "Questions to the sampling endpoint",
            |counters, queries| {
                if let Some(stats) = &counters.sampler {
                    queries.observe(stats.queries(), &[result("ok")]);
                    queries.observe(stats.failed_queries(), &[result("err")]);
                }
            },
        );
        counter("jaeger.tracer.sampler_updates", "Its answers", |counters, updates| {
            if let Some(stats) = &counters.sampler {
                updates.observe(stats.updates(), &[result("ok")]);
                updates.observe(stats.failed_updates(), &[result("err")]);
            }
        });
        counter("jaeger.tracer.baggage_updates", "Baggage items set", |counters, updates| {
            updates.observe(counters.baggage.set(), &[result("ok")]);
            updates.observe(counters.baggage.refused(), &[result("err")]);
        });
        counter("jaeger.tracer.baggage_truncations", "Baggage values cut", |counters, truncations| {
            truncations.observe(counters.baggage.truncated(), &[]);
        });
        let counters = self.clone();
        meter
            .u64_observable_gauge("jaeger.tracer.reporter_queue_length")
            .with_description("Spans that wait to be sent")
            .with_callback(move |length| length.observe(counters.queued(), &[]))
            .build();
    }

    fn observe_spans(&self, spans: Observed<'_>) {
        let Self { reporter, export, .. } = self;
        spans.observe(self.sent(), &[result("ok")]);
        let dropped = [
            ("queue-full", reporter.dropped_queue_full()),
            ("after-shutdown", reporter.dropped_after_shutdown()),
        ];
        for (cause, count) in dropped {
            spans.observe(count, &[result("dropped"), KeyValue::new("cause", cause)]);
        }
        let failed = |cause, count| spans.observe(count, &[result("err"), KeyValue::new("cause", cause)]);
        let Some(export) = export else {
            return failed("other", reporter.failed());
        };
        failed("unreachable", export.failed_by(FailureCause::Unreachable));
        failed("timeout", export.failed_by(FailureCause::Timeout));
        failed("rejected", export.failed_by(FailureCause::Rejected));
        failed("other", export.failed_by(FailureCause::Other));
        failed("too-large", export.too_large());
        // Queued at the deadline of the shutdown: the exporter has not seen them.
        failed("deadline", reporter.failed().saturating_sub(export.lost()));
    }
}

fn result(result: &'static str) -> KeyValue {
    KeyValue::new("result", result)
}
