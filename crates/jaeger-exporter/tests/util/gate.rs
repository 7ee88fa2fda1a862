//! An exporter that the test holds up, and what it saw.

use std::{
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread::ThreadId,
    time::Duration,
};

use jaeger_exporter::{Reporter, ReporterStats};
use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter, SpanProcessor},
};

use super::{PATIENCE, span};

/// What the exporter under test saw.
#[derive(Debug)]
pub(crate) enum Seen {
    Resource(Resource),
    Batch(Vec<String>, ThreadId, bool),
    Shutdown,
}

/// Tells what it sees, and holds each batch until the test lets it go with a result.
#[derive(Debug)]
pub(crate) struct Gate {
    seen: Sender<Seen>,
    results: Mutex<Receiver<OTelSdkResult>>,
}

impl SpanExporter for Gate {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let names = batch.into_iter().map(|span| span.name.into_owned()).collect();
        let suppressed = Context::current().is_telemetry_suppressed();
        self.seen.send(Seen::Batch(names, std::thread::current().id(), suppressed)).unwrap();
        // The test ended: nothing is held any more.
        self.results.lock().unwrap().recv().unwrap_or(Ok(()))
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        let _ = self.seen.send(Seen::Shutdown);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.seen.send(Seen::Resource(resource.clone())).unwrap();
    }
}

pub(crate) fn gate() -> (Gate, Receiver<Seen>, Sender<OTelSdkResult>) {
    let (seen, seen_here) = channel();
    let (results_here, results) = channel();
    (Gate { seen, results: Mutex::new(results) }, seen_here, results_here)
}

#[track_caller]
pub(crate) fn next_batch(seen: &Receiver<Seen>) -> Vec<String> {
    loop {
        if let Seen::Batch(names, ..) = seen.recv_timeout(PATIENCE).unwrap() {
            return names;
        }
    }
}

pub(crate) fn report(reporter: &Reporter, names: impl IntoIterator<Item = usize>) {
    for name in names {
        reporter.on_end(span(name.to_string()));
    }
}

#[track_caller]
pub(crate) fn counts(stats: &ReporterStats, queued: u64, sent: u64, failed: u64, full: u64, after: u64) {
    let found = (
        stats.queued(),
        stats.sent(),
        stats.failed(),
        stats.dropped_queue_full(),
        stats.dropped_after_shutdown(),
    );
    assert_eq!(found, (queued, sent, failed, full, after));
}
