//! The end of the tracer: what is queued is sent, and what was lost is said.

use std::{sync::Arc, time::Duration};

use jaeger_propagation::BaggageRestrictions;
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::metrics::Meter;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    logger::Logger,
    meter::Counters,
    poll::Poll,
    way::{CloseReport, Peer, Way},
};

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

/// What is to be ended.
#[derive(Debug)]
pub(crate) enum Engine {
    Native(JaegerTracerProvider),
    Sdk(SdkTracerProvider),
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

    /// Exports what became of the spans as observable instruments of a meter, under the names that Jaeger's clients have for them. Call it
    /// once.
    ///
    /// | Instrument | Attributes |
    /// |---|---|
    /// | `jaeger.tracer.reporter_spans` | `result`: `ok`; `err` with the `cause` `unreachable`, `timeout`, `rejected`, `too-large`, `deadline` or `other`; `dropped` with the `cause` `queue-full` or `after-shutdown` |
    /// | `jaeger.tracer.reporter_queue_length` | |
    /// | `jaeger.tracer.cut_down_spans` | |
    /// | `jaeger.tracer.sampler_queries`, `jaeger.tracer.sampler_updates` | `result`: `ok`, `err`; of a remote sampler |
    /// | `jaeger.tracer.baggage_updates` | `result`: `ok`, `err` |
    /// | `jaeger.tracer.baggage_truncations` | |
    /// | `jaeger.tracer.baggage_restrictions_updates` | `result`: `ok`, `err`; where an agent is asked |
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
