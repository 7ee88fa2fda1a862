//! The provider: what tracers, spans and the sending thread share, from its start to its shutdown.

mod builder;
mod lane;

use std::{
    error, fmt, iter,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jaeger_exporter::{BatchSender, ReporterStats};
use jaeger_propagation::{SpanContext, SpanId};
use opentelemetry::{
    InstrumentationScope,
    trace::{TraceId, TracerProvider},
};

pub use self::builder::JaegerTracerProviderBuilder;
pub(crate) use self::lane::Lane;
use crate::{
    clock::{Clock, Tick},
    ids,
    priority::Priorities,
    record::{End, Record, SpanLimits},
    registry,
    sampler::Sampler,
    tracer::JaegerTracer,
};

/// OpenTelemetry's tracer provider, implemented for Jaeger. Clones are the same provider; the last one that is dropped sends
/// what is queued, and nobody waits for that.
#[derive(Clone, Debug)]
pub struct JaegerTracerProvider {
    shared: Arc<Owner>,
}

/// Stops the thread when nobody holds the provider any more; tracers and spans may.
#[derive(Debug)]
struct Owner(Arc<Inner>);

/// What tracers, spans and the thread share.
pub(crate) struct Inner {
    sampler: Box<dyn Sampler>,
    clock: Clock,
    /// The first, for which spans are encoded.
    lane: Lane,
    further: Box<[Lane]>,
    is_running: AtomicBool,
    /// It never ran.
    is_disabled: bool,
    has_short_trace_ids: bool,
    on_report: Option<Box<OnReport>>,
    limits: SpanLimits,
    priorities: Priorities,
    /// In the registry.
    number: u32,
}

type OnReport = dyn Fn(SpanContext, &str) + Send + Sync;

/// Why what was queued has not all been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShutdownError {
    /// The time was over first. What was still queued at a shutdown is counted as failed.
    Timeout,
    /// It has been shut down before.
    AlreadyShutdown,
}

// === impl JaegerTracerProvider ===

impl JaegerTracerProvider {
    /// A provider whose spans go this way. The process is what the sender has been told.
    ///
    /// ```
    /// use jaeger_exporter::BatchSender;
    /// use jaeger_tracer::JaegerTracerProvider;
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    ///
    /// let sender = BatchSender::collector("http://localhost:14268/api/traces")?;
    /// let provider = JaegerTracerProvider::builder(sender).build();
    /// provider.tracer("app").in_span("work", |_| {});
    /// # Ok::<(), jaeger_exporter::EndpointError>(())
    /// ```
    pub fn builder(sender: BatchSender) -> JaegerTracerProviderBuilder {
        JaegerTracerProviderBuilder::new(sender)
    }

    /// A provider that records nothing and sends nothing, for a program whose tracing is turned off: a span of its tracers is its parent
    /// again, so that the traces of callers pass the program as they came.
    ///
    /// ```
    /// use jaeger_tracer::JaegerTracerProvider;
    /// use opentelemetry::trace::{Span, Tracer, TracerProvider};
    ///
    /// let span = JaegerTracerProvider::disabled().tracer("app").start("work");
    /// assert!(!span.span_context().is_valid());
    /// ```
    pub fn disabled() -> Self {
        builder::disabled()
    }

    /// Whether it has not been shut down.
    pub(crate) fn is_running(&self) -> bool {
        self.shared.0.is_running()
    }

    /// What became of the spans so far. Those in chunks that are not full yet are counted when these are sent.
    pub fn stats(&self) -> Arc<ReporterStats> {
        Arc::clone(&self.shared.0.lane.stats)
    }

    /// The same for the [further senders](JaegerTracerProviderBuilder::with_further_sender), in their order.
    pub fn further_stats(&self) -> Vec<Arc<ReporterStats>> {
        self.shared.0.further.iter().map(|lane| Arc::clone(&lane.stats)).collect()
    }

    /// Traces whose `sampling.priority` was forgotten before its time, because too many had one: 1,000 are remembered for ten minutes.
    pub fn priorities_forgotten(&self) -> u64 {
        self.shared.0.priorities.forgotten()
    }

    /// Sends what has ended until now, and waits for that.
    ///
    /// # Errors
    ///
    /// When the time is over first, or after the shutdown. What could not be sent is in the counters.
    pub fn flush(&self, timeout: Duration) -> Result<(), ShutdownError> {
        self.shared.0.flush(timeout)
    }

    /// Sends what is queued and returns at the latest when the time is over. What is still queued then is counted as failed. Spans
    /// that end later are counted as dropped.
    ///
    /// # Errors
    ///
    /// When the time is over first, or it has been shut down before.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), ShutdownError> {
        self.shared.0.shutdown(timeout)
    }
}

impl TracerProvider for JaegerTracerProvider {
    type Tracer = JaegerTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> JaegerTracer {
        JaegerTracer::new(Arc::clone(&self.shared.0), scope)
    }
}

// === impl Owner ===

impl Drop for Owner {
    fn drop(&mut self) {
        // The thread sends what is queued and ends; nobody waits for it.
        self.0.is_running.store(false, Ordering::Relaxed);
        self.0.lanes().for_each(|lane| _ = lane.queue.request_stop());
    }
}

// === impl Inner ===

impl Inner {
    pub(crate) fn sampler(&self) -> &dyn Sampler {
        &*self.sampler
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn now(&self) -> Tick {
        self.clock.now()
    }

    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        iter::once(&self.lane).chain(&self.further)
    }

    /// The first, or one of the further ones.
    pub(crate) fn lane(&self, further: Option<usize>) -> &Lane {
        further.and_then(|index| self.further.get(index)).unwrap_or(&self.lane)
    }

    /// A record for spans of this provider.
    pub(crate) fn new_record(&self) -> Record {
        Record::new(self.lane.protocol, self.limits)
    }

    pub(crate) fn new_trace_id(&self) -> TraceId {
        if self.has_short_trace_ids { ids::short_trace_id() } else { ids::trace_id() }
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn priorities(&self) -> &Priorities {
        &self.priorities
    }

    /// Makes what a span was told by `sampling.priority` the state of its trace.
    #[inline]
    pub(crate) fn settle(&self, record: &mut Record) {
        if record.take_said() {
            registry::note_said();
            self.priorities.set(record.head().trace_id, record.head().flags);
        }
    }

    /// Whether spans are worth recording: nobody has shut it down.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Relaxed)
    }

    /// Ends a span, and queues it if it is to be reported. What is returned is to be told by [`report`](Self::report), when the
    /// record is locked no more.
    pub(crate) fn finish(&self, record: &mut Record, at: End) -> Option<Reported> {
        if !self.lane.queue.is_due() {
            // The first span after a while, in which the machine may have slept.
            self.clock.adjust();
        }
        self.settle(record);
        if let Some(flags) = self.priorities.of(record.head().trace_id) {
            record.set_flags(flags);
        }
        let ended = record.end(at, &self.clock)?;
        self.lane.queue.push(|out| record.write(ended, out));
        if !self.further.is_empty() {
            let mut span = Vec::new();
            record.write(ended, &mut span);
            self.further.iter().for_each(|lane| lane.push_again(&span, self.lane.protocol));
        }
        self.on_report.is_some().then(|| {
            let head = record.head();
            let context = SpanContext::new(head.trace_id.into(), head.span_id.into(), head.flags);
            Reported {
                context: context.with_parent_id(SpanId::from(head.parent_id)),
                name: record.name().to_owned(),
            }
        })
    }

    /// Tells the user of a span, who may do anything, with that span too, and may panic.
    pub(crate) fn report(&self, reported: Option<Reported>) {
        if let (Some(on_report), Some(Reported { context, name })) = (&self.on_report, reported) {
            on_report(context, &name);
        }
    }

    pub(crate) fn is_disabled(&self) -> bool {
        self.is_disabled
    }

    /// A sampled span that nobody records, because of the shutdown.
    pub(crate) fn count_after_shutdown(&self) {
        self.lanes().for_each(|lane| lane.stats.add_dropped_after_shutdown(1));
    }

    /// Nobody sends any more on this lane: what is queued is lost, and nothing is taken. The others go on.
    pub(crate) fn stopped(&self, further: Option<usize>) {
        let lane = self.lane(further);
        lane.fail_queued(|| "the sending thread has ended".to_owned());
        lane.queue.stopped();
    }

    /// A lane whose thread has ended has nothing to flush.
    fn flush(&self, timeout: Duration) -> Result<(), ShutdownError> {
        let deadline = Instant::now().checked_add(timeout);
        let tickets: Vec<_> = self.lanes().map(|lane| lane.queue.request_flush()).collect();
        if !self.is_running() || tickets.iter().all(Option::is_none) {
            return Err(ShutdownError::AlreadyShutdown);
        }
        let mut is_flushed = true;
        for (lane, ticket) in self.lanes().zip(tickets) {
            is_flushed &=
                ticket.is_none_or(|ticket| lane.queue.wait_flushed(ticket, left(deadline, timeout)));
        }
        if is_flushed { Ok(()) } else { Err(ShutdownError::Timeout) }
    }

    fn shutdown(&self, timeout: Duration) -> Result<(), ShutdownError> {
        let deadline = Instant::now().checked_add(timeout);
        if !self.is_running.swap(false, Ordering::Relaxed) {
            return Err(ShutdownError::AlreadyShutdown);
        }
        self.lanes().for_each(|lane| _ = lane.queue.request_stop());
        let mut is_stopped = true;
        for lane in self.lanes() {
            if !lane.queue.wait_stopped(left(deadline, timeout)) {
                is_stopped = false;
                lane.fail_queued(|| format!("they were not sent within {timeout:?}"));
            }
        }
        if is_stopped { Ok(()) } else { Err(ShutdownError::Timeout) }
    }
}

/// What is left of the time, of which there may be more than anybody can count.
fn left(deadline: Option<Instant>, timeout: Duration) -> Duration {
    deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()))
}

/// A span that is to be told to the user.
#[derive(Debug)]
pub(crate) struct Reported {
    context: SpanContext,
    name: String,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JaegerTracerProvider").field("sampler", &self.sampler).finish_non_exhaustive()
    }
}

// === impl ShutdownError ===

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "not all spans were sent in time",
            Self::AlreadyShutdown => "the tracer has been shut down before",
        })
    }
}

impl error::Error for ShutdownError {}

#[cfg(test)]
mod tests {
    use jaeger_exporter::InMemoryReporter;
    use opentelemetry::trace::Tracer;

    use super::*;

    /// As if the system had refused it a thread.
    #[test]
    fn a_lane_whose_thread_has_ended_does_not_end_the_others() {
        let reporters = [0; 3].map(|_| InMemoryReporter::new());
        let [first, second, third] = reporters.clone().map(BatchSender::in_memory);
        let provider = JaegerTracerProvider::builder(first)
            .with_further_sender(second, |_| {})
            .with_further_sender(third, |_| {})
            .build();
        let inner = &provider.shared.0;
        for lane in [None, Some(1)] {
            inner.lane(lane).queue.request_stop();
            assert!(inner.lane(lane).queue.wait_stopped(Duration::from_secs(20)));
        }
        provider.tracer("lanes").in_span("work", |_| {});
        provider.flush(Duration::from_secs(20)).unwrap();
        let submitted = || reporters.each_ref().map(InMemoryReporter::spans_submitted);
        assert_eq!(submitted(), [0, 1, 0]);
        provider.tracer("lanes").in_span("work", |_| {});
        provider.shutdown(Duration::from_secs(20)).unwrap();
        assert_eq!(submitted(), [0, 2, 0]);
        let dropped = [provider.stats(), provider.further_stats().remove(1)];
        assert_eq!(dropped.map(|stats| stats.dropped_after_shutdown()), [2, 2]);
        assert_eq!(provider.shutdown(Duration::ZERO), Err(ShutdownError::AlreadyShutdown));
    }
}
