//! The store: one writer at a time, readers on snapshots.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jaeger_thrift::{Batch, Process};
use tokio::sync::watch;

use super::counters::Counters;
use super::memory::{Added, Memory};
use super::{Incoming, ReceivedSpan, Source, Stats, Trace, TraceId};

/// What Jaeger's collector calls a service without a name.
const UNNAMED_SERVICE: &str = "empty-service-name";

/// Keeps the received traces within a bound of memory.
///
/// When the bound is reached the trace that began to arrive first is removed as a whole. One trace may fill
/// half of the bound; further spans of it are dropped. Both are counted in [`Stats`].
#[derive(Debug)]
pub struct Store {
    memory: RwLock<Memory>,
    counters: Counters,
    arrivals: watch::Sender<()>,
}

// === impl Store ===

impl Store {
    pub(crate) fn new(max_bytes: usize) -> Self {
        let memory = RwLock::new(Memory::new(max_bytes));
        Self { memory, counters: Counters::default(), arrivals: watch::Sender::new(()) }
    }

    /// The trace of that id as received so far, if any span of it is kept.
    pub fn trace(&self, id: TraceId) -> Option<Arc<Trace>> {
        self.read().trace(id)
    }

    /// All traces, in the order in which their first spans came.
    pub fn traces(&self) -> Vec<Arc<Trace>> {
        self.read().traces()
    }

    /// The names of the services that have spans here, sorted.
    pub fn services(&self) -> Vec<String> {
        self.read().names().services()
    }

    /// The operations of a service with the kinds of their spans, sorted.
    pub(crate) fn operations(&self, service: &str) -> Vec<(String, &'static str)> {
        self.read().names().operations(service)
    }

    /// A reading of the counters.
    pub fn stats(&self) -> Stats {
        let memory = self.read();
        Stats {
            received_spans: self.counters.received_spans.get(),
            dropped_spans: self.counters.dropped_spans.get(),
            evicted_traces: self.counters.evicted_traces.get(),
            refused_bodies: self.counters.refused_bodies.get(),
            bad_packets: self.counters.bad_packets.get(),
            kept_traces: memory.trace_count(),
            kept_bytes: memory.bytes(),
            max_bytes: memory.max_bytes(),
        }
    }

    /// Takes in the spans of a batch and wakes who waits for them.
    pub fn receive(&self, batch: Batch, source: Source) {
        self.take_in(batch.into(), source);
    }

    pub(crate) fn take_in(&self, incoming: Incoming, source: Source) {
        let process = Arc::new(named(incoming.process));
        let received = incoming.spans.len();
        let (mut dropped, mut evicted) = (0, 0);
        {
            let mut memory = self.write();
            for (span, rest) in incoming.spans {
                let process = Arc::clone(&process);
                if memory.add(ReceivedSpan { span, process, source, rest }) == Added::Dropped {
                    dropped += 1;
                }
                evicted += memory.evict();
            }
        }
        self.counters.received_spans.add(received.try_into().unwrap_or(u64::MAX));
        self.counters.dropped_spans.add(dropped);
        self.counters.evicted_traces.add(evicted);
        self.arrivals.send_replace(());
    }

    /// Changes whenever spans were received.
    pub(crate) fn arrivals(&self) -> watch::Receiver<()> {
        self.arrivals.subscribe()
    }

    pub(crate) fn count_refused_body(&self) {
        self.counters.refused_bodies.add(1);
    }

    pub(crate) fn count_bad_packet(&self) {
        self.counters.bad_packets.add(1);
    }

    /// A panic elsewhere leaves the memory usable: no update spans more than one call.
    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named(mut process: Process) -> Process {
    if process.service_name.is_empty() {
        UNNAMED_SERVICE.clone_into(&mut process.service_name);
    }
    process
}
