//! What spans take in memory: while they are open, and while they wait for a receiver that does not answer.

use std::{error::Error, thread, time::Duration};

use allocation_counter::{AllocationInfo, measure};
use jaeger_exporter::BatchSender;
use jaeger_tracer::JaegerTracerProvider;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    engine::{Kind, Queue, span},
    grid::Grid,
    sink::{Agent, Collector},
};

const OPEN: usize = 10_000;

const QUEUED: usize = 50_000;

/// After this the sending thread has begun with the first span.
const INTERVAL: Duration = Duration::from_millis(10);

pub(crate) fn grids() -> Result<Vec<Grid>, Box<dyn Error>> {
    Ok(vec![open()?, queued()?])
}

/// Heap that one thread has allocated; the spans' handles, in a list of the thread's, are counted too.
fn open() -> Result<Grid, Box<dyn Error>> {
    let agent = Agent::start()?;
    // Nothing stays in the queue: what is left at the end is left in pools.
    let sender = BatchSender::agent(&agent.address()?)?.with_max_packet_bytes(1_000);
    let native = JaegerTracerProvider::builder(sender).with_queue_bytes(0).build();
    let sdk = SdkTracerProvider::builder().build();
    let columns = ["bytes/span", "allocs/span", "kept in pools"];
    let title = format!("{OPEN} open spans with six tags: heap, and what is left of it when all have ended");
    let figures = |(open, left): (AllocationInfo, i64)| {
        let each = |total: i64| total as f64 / OPEN as f64;
        [each(open.bytes_current), each(open.count_current), left as f64]
    };
    Ok(Grid::new(title, columns)
        .row("native tracer", figures(in_thread(|| open_and_end(&native.tracer("memory")))?))
        .row("OpenTelemetry SDK", figures(in_thread(|| open_and_end(&sdk.tracer("memory")))?)))
}

fn open_and_end(tracer: &impl Tracer) -> (AllocationInfo, i64) {
    let mut spans = Vec::new();
    let open = measure(|| {
        spans.reserve_exact(OPEN);
        spans.extend((0..OPEN).map(|index| span(tracer, index)));
    });
    let ended = measure(|| drop(spans));
    (open, open.bytes_current + ended.bytes_current)
}

/// Heap that the thread which makes the spans has allocated, from the making of the tracer on: its queue, its pool, and what the
/// SDK reserves. What the sending thread has is not among it: it is busy with the first span.
fn queued() -> Result<Grid, Box<dyn Error>> {
    let columns = ["bytes/span", "at the peak", "allocs/span"];
    let title = format!("{QUEUED} spans with six tags in a queue whose receiver does not answer: heap");
    let queue = Queue::Spans(QUEUED + 1);
    let kinds = [Kind::Native, Kind::Reporter(queue), Kind::Batch(queue)];
    kinds.into_iter().try_fold(Grid::new(title, columns), |grid, kind| {
        let filled = in_thread(|| fill(kind).map_err(|error| error.to_string()))??;
        let each = |total: f64| total / QUEUED as f64;
        let bytes = filled.bytes_current as f64;
        let figures = [bytes, filled.bytes_max as f64, filled.count_current as f64].map(each);
        Ok(grid.row(kind.name(), figures))
    })
}

fn fill(kind: Kind) -> Result<AllocationInfo, Box<dyn Error>> {
    let collector = Collector::silent()?;
    let mut engine = None;
    let filled = measure(|| {
        engine = Some(kind.to_collector(&collector.url(), INTERVAL).inspect(|engine| {
            engine.spans(1);
            thread::sleep(10 * INTERVAL);
            engine.spans(QUEUED);
        }));
    });
    // Ends the connection, for which the sending thread waits.
    drop(collector);
    engine.ok_or("the engine was not made")??;
    Ok(filled)
}

/// In a thread of its own, whose pool is empty.
fn in_thread<R: Send>(run: impl FnOnce() -> R + Send) -> Result<R, Box<dyn Error>> {
    let result = thread::scope(|scope| scope.spawn(run).join());
    result.map_err(|_| "the measuring thread panicked".into())
}
