//! The end of the tracer: what is queued is sent, and what was lost is said.

use std::{fmt, sync::Arc, time::Duration};

use jaeger_exporter::{BatchSender, ExportStats, FailureCause, ReporterStats};
use jaeger_propagation::BaggageRestrictions;
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::metrics::Meter;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{logger::Logger, meter::Counters, poll::Poll};

/// How long a dropped [`Closer`] waits for the spans to be sent.
pub const DEFAULT_CLOSE_DEADLINE: Duration = Duration::from_secs(5);

/// Ends the tracer. Keep it until the program ends: spans that finish after it are lost. Dropping it blocks as
/// [`close`](Self::close) does.
#[derive(Debug)]
#[must_use = "dropping it closes the tracer"]
pub struct Closer {
    engine: Option<Engine>,
    /// Threads that ask for sampling strategies and for baggage restrictions.
    polls: Vec<Poll>,
    counters: Counters,
    logger: Logger,
}

/// What became of the spans of a tracer, from its start to its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CloseReport {
    /// Spans that the collector accepted, or that went out over UDP without an error.
    pub sent: u64,
    /// Spans that did not: dropped, failed, or unfinished at the deadline.
    pub lost: u64,
    /// Why spans were lost, as the latest error says it; `None` if none was.
    pub last_error: Option<String>,
    /// The same of the further ways, in their order.
    pub further: Vec<Self>,
    peer: Peer,
    unreachable: bool,
}

/// One of the ways on which spans go, and what became of them there.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) reporter: Arc<ReporterStats>,
    pub(crate) export: Option<Arc<ExportStats>>,
    pub(crate) peer: Peer,
}

/// What is to be ended.
#[derive(Debug)]
pub(crate) enum Engine {
    Native(JaegerTracerProvider),
    Sdk(SdkTracerProvider),
}

/// Who receives the spans, in words.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
}

// === impl Closer ===

impl Closer {
    pub(crate) fn new(engine: Engine, counters: Counters, logger: Logger) -> Self {
        Self { engine: Some(engine), polls: Vec::new(), counters, logger }
    }

    /// There is nothing to end.
    pub(crate) fn disabled(logger: Logger) -> Self {
        let peer = Peer { name: "nobody: tracing is disabled".to_owned(), kind: "receiver" };
        let way = Way { reporter: Arc::default(), export: None, peer };
        Self { engine: None, polls: Vec::new(), counters: Counters::new(way), logger }
    }

    pub(crate) fn with_polls(mut self, polls: impl IntoIterator<Item = Poll>) -> Self {
        self.polls.extend(polls);
        self
    }

    /// What baggage the program may set, and how much was refused. [`Config::install`](crate::Config::install) has made them the
    /// ones of the whole program.
    pub fn baggage_restrictions(&self) -> &BaggageRestrictions {
        &self.counters.baggage
    }

    /// Exports what became of the spans as observable instruments of a meter, under the names of Jaeger's clients. Call it once.
    ///
    /// | Instrument | Attributes |
    /// |---|---|
    /// | `jaeger.tracer.reporter_spans` | `result`: `ok`; `err` with the `cause` `unreachable`, `timeout`, `rejected`, `too-large`, `deadline` or `other`; `dropped` with the `cause` `queue-full` or `after-shutdown` |
    /// | `jaeger.tracer.reporter_queue_length` | |
    /// | `jaeger.tracer.cut_down_spans` | |
    /// | `jaeger.tracer.sampler_queries`, `jaeger.tracer.sampler_updates` | `result`: `ok`, `err`; of a remote sampler |
    /// | `jaeger.tracer.baggage_updates` | `result`: `ok`, `err` |
    /// | `jaeger.tracer.baggage_truncations` | |
    ///
    /// Of a further way they have the attribute `destination`, too, its address. They are read when the meter's reader collects; spans pay nothing for it.
    ///
    /// ```no_run
    /// let closer = jaeger_client::Config::new("shop").install()?;
    /// closer.observe(&opentelemetry::global::meter("jaeger"));
    /// # Ok::<(), jaeger_client::ConfigError>(())
    /// ```
    pub fn observe(&self, meter: &Meter) {
        self.counters.observe(meter);
    }

    /// Sends what is queued, ends the tracer, and returns at the latest when `deadline` is over.
    ///
    /// It blocks the thread. In an async program whose collector runs on the same thread, as in a test with
    /// `jaeger-backend` and a current-thread runtime, call it by `tokio::task::spawn_blocking`.
    pub fn close(mut self, deadline: Duration) -> CloseReport {
        self.shut_down(deadline);
        self.report()
    }

    /// `false` if that has been done.
    fn shut_down(&mut self, deadline: Duration) -> bool {
        self.polls.drain(..).for_each(|poll| poll.stop());
        // What they say about failures is in the counters, in more detail.
        match self.engine.take() {
            Some(Engine::Native(provider)) => _ = provider.shutdown(deadline),
            Some(Engine::Sdk(provider)) => _ = provider.shutdown_with_timeout(deadline),
            None => return false,
        }
        true
    }

    fn report(&self) -> CloseReport {
        let further = self.counters.further.iter().map(|way| way.report(Vec::new())).collect();
        self.counters.first.report(further)
    }
}

// === impl Way ===

impl Way {
    pub(crate) fn of(sender: &BatchSender, reporter: Arc<ReporterStats>) -> Self {
        let kind = match sender.endpoint() {
            "memory" => "receiver",
            _ if sender.is_acknowledged() => "collector",
            _ => "agent",
        };
        let peer = Peer { name: sender.endpoint().to_owned(), kind };
        Self { reporter, export: Some(sender.stats()), peer }
    }

    /// Spans that arrived, as far as anybody knows.
    pub(crate) fn sent(&self) -> u64 {
        // Of a batch that was sent in parts, only the exporter knows how much got through.
        self.export.as_ref().map_or_else(|| self.reporter.sent(), |export| export.sent())
    }

    fn report(&self, further: Vec<CloseReport>) -> CloseReport {
        let Self { reporter, export, peer } = self;
        let sent = self.sent();
        let total = reporter.queued() + reporter.sent() + reporter.lost();
        let lost = total.saturating_sub(sent);
        let unreachable =
            export.as_ref().is_some_and(|export| export.failed_by(FailureCause::Unreachable) > 0);
        let last_error = (lost > 0).then(|| self.last_error());
        CloseReport { sent, lost, last_error, further, peer: peer.clone(), unreachable }
    }

    fn last_error(&self) -> String {
        let Self { reporter, export, .. } = self;
        let error = reporter.last_error();
        let error = error.or_else(|| export.as_ref().and_then(|export| export.last_error()));
        error.unwrap_or_else(|| {
            let cause = match (reporter.dropped_queue_full(), reporter.dropped_after_shutdown()) {
                (1.., _) => "the queue was full",
                (_, 1..) => "finished after the tracer was closed",
                _ => "not sent before the deadline",
            };
            cause.to_owned()
        })
    }
}

impl Drop for Closer {
    fn drop(&mut self) {
        if self.shut_down(DEFAULT_CLOSE_DEADLINE) {
            let report = self.report();
            if report.lost > 0 || report.further.iter().any(|way| way.lost > 0) {
                self.logger.log(&format!("jaeger: {report}"));
            }
        }
    }
}

// === impl CloseReport ===

impl CloseReport {
    fn fmt_way(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = |count| if count == 1 { "span" } else { "spans" };
        let Self { sent, lost, last_error, peer, unreachable, .. } = self;
        let Some(error) = last_error else {
            write!(f, "{sent} {} sent to {}", spans(*sent), peer.name)?;
            // Whether a datagram has arrived is not known.
            return if peer.kind == "agent" {
                f.write_str(", which does not acknowledge them")
            } else {
                Ok(())
            };
        };
        let total = sent + lost;
        write!(f, "{lost} of {total} {} lost: {error}", spans(total))?;
        if *unreachable {
            let article = if peer.kind == "agent" { "an" } else { "a" };
            write!(
                f,
                ". Is {article} {} listening there, such as Jaeger's all-in-one or jaeger-backend?",
                peer.kind
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for CloseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_way(f)?;
        for way in &self.further {
            f.write_str("; ")?;
            way.fmt_way(f)?;
        }
        Ok(())
    }
}
