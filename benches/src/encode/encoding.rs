//! Finished spans to bytes, without sending them.

use std::error::Error;

use allocation_counter::{AllocationInfo, measure};
use opentelemetry::{
    Context,
    trace::{Span, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData};

use super::{ours, sample};
use crate::{
    cpu::nanos_of_this_thread,
    grid::Grid,
    statistics::{median, quartiles},
};

/// In one batch.
pub(super) const SPANS: usize = 1_000;

/// Something that makes bytes of spans.
pub(super) trait Encode {
    /// Makes bytes of these spans, and does what is to be measured within the meter. What is behind an exporter of the SDK owns the
    /// spans and drops them, which is measured, too.
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>>;

    /// The bytes of the batch before, and how many spans were found in them.
    fn found(&mut self) -> Result<Found, Box<dyn Error>>;
}

/// What has come out of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub(super) bytes: usize,
    pub(super) spans: usize,
}

/// Measures parts of what a thread does: the time for which it ran, or what it allocated.
#[derive(Debug, Default)]
pub(super) struct Meter {
    is_counting: bool,
    nanos: f64,
    allocations: AllocationInfo,
}

struct Entry {
    name: &'static str,
    encode: Box<dyn Encode>,
    nanos: Vec<f64>,
}

/// What each exporter of the SDK pays for owning the spans.
struct Drops;

/// What the SDK does before it has anything to encode.
struct Unexported {
    tracer: SdkTracer,
    parent: Context,
}

pub(super) fn grid(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let mut entries = entries()?;
    let spans = sample::ended(SPANS);
    for _ in 0..rounds {
        for entry in &mut entries {
            entry.run(&spans)?;
        }
    }
    let columns = ["ns", "q1", "q3", "ratio", "bytes", "allocs", "alloc bytes"];
    let title = format!("Encoding {SPANS} spans of 10 tags, 2 logs, a parent and a link, for a span");
    let mut grid = Grid::new(title, columns);
    // The first entry is the drop; the measure of the others is ours.
    let ours = entries.get(1).map_or(f64::NAN, |entry| median(&entry.nanos));
    for entry in &mut entries {
        let figures = entry.figures(&spans, ours)?;
        grid = grid.row(entry.name, figures);
    }
    Ok(grid.note(NOTE))
}

const NOTE: &str = "Exporters of the SDK own the spans: their rows contain the first one. \
                    \"bytes\" are those of the packets or bodies, with all that is in them.";

fn entries() -> Result<Vec<Entry>, Box<dyn Error>> {
    let mut entries = vec![Entry::new("the drop of the SDK's spans alone", Drops)];
    entries.extend([
        Entry::new("jaeger-exporter, compact, packets of 65,000", ours::Exporter::compact()),
        Entry::new("jaeger-exporter, binary, one body", ours::Exporter::binary()),
        Entry::new("native tracer, compact: tags to chunk", ours::Written::compact()),
        Entry::new("native tracer, binary: tags to chunk", ours::Written::binary()),
        Entry::new("native tracer, compact: end() alone", ours::Lives::compact()?.end_alone()),
        Entry::new("native tracer, binary: end() alone", ours::Lives::binary()?.end_alone()),
        Entry::new("native tracer, compact: the span, start() to end()", ours::Lives::compact()?),
        Entry::new("native tracer, binary: the span, start() to end()", ours::Lives::binary()?),
        Entry::new("SDK: the span, start() to end(), exported by nobody", Unexported::new()),
    ]);
    #[cfg(feature = "exporters")]
    entries.extend([
        Entry::new("bridge, the conversion alone", super::old::Conversion::default()),
        Entry::new("bridge, compact, encoded once", super::old::Compact::once()?),
        Entry::new("bridge, compact, split to packets of 65,000", super::old::Compact::split()?),
        Entry::new("bridge, binary, one body", super::old::Binary::new()?),
        Entry::new("OTLP, protobuf, one body", super::otlp::Protobuf::default()),
    ]);
    Ok(entries)
}

// === impl Entry ===

impl Entry {
    fn new(name: &'static str, encode: impl Encode + 'static) -> Self {
        Self { name, encode: Box::new(encode), nanos: Vec::new() }
    }

    fn run(&mut self, spans: &[SpanData]) -> Result<(), Box<dyn Error>> {
        let mut meter = Meter::default();
        self.encode(spans, &mut meter)?;
        self.nanos.push(meter.nanos / spans.len() as f64);
        Ok(())
    }

    fn encode(&mut self, spans: &[SpanData], meter: &mut Meter) -> Result<Found, Box<dyn Error>> {
        let in_entry = |error| format!("{}: {error}", self.name);
        self.encode.encode(spans.to_vec(), meter).map_err(in_entry)?;
        let found = self.encode.found().map_err(in_entry)?;
        if found.spans != spans.len() {
            return Err(
                in_entry(format!("expected {} spans, found {}", spans.len(), found.spans).into()).into()
            );
        }
        Ok(found)
    }

    fn figures(&mut self, spans: &[SpanData], ours: f64) -> Result<[f64; 7], Box<dyn Error>> {
        let mut meter = Meter { is_counting: true, ..Meter::default() };
        let found = self.encode(spans, &mut meter)?;
        let ([low, high], nanos) = (quartiles(&self.nanos), median(&self.nanos));
        let each = |total: u64| total as f64 / spans.len() as f64;
        let (count, bytes) = (meter.allocations.count_total, meter.allocations.bytes_total);
        Ok([nanos, low, high, nanos / ours, each(found.bytes as u64), each(count), each(bytes)])
    }
}

// === impl Meter ===

impl Meter {
    /// Adds what this takes.
    pub(super) fn run<R>(&mut self, run: impl FnOnce() -> R) -> Option<R> {
        let mut returned = None;
        if self.is_counting {
            self.allocations += measure(|| returned = Some(run()));
        } else {
            let started = nanos_of_this_thread();
            returned = Some(run());
            self.nanos += nanos_of_this_thread() - started;
        }
        returned
    }
}

// === impl Drops ===

impl Encode for Drops {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        meter.run(|| drop(spans));
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        Ok(Found { bytes: 0, spans: SPANS })
    }
}

// === impl Unexported ===

impl Unexported {
    fn new() -> Self {
        let tracer = SdkTracerProvider::builder().build().tracer(sample::SCOPE);
        Self { tracer, parent: sample::parent() }
    }
}

impl Encode for Unexported {
    fn encode(&mut self, spans: Vec<SpanData>, meter: &mut Meter) -> Result<(), Box<dyn Error>> {
        let make = |index| sample::span(&self.tracer, &self.parent, index).end();
        meter.run(|| (0..spans.len()).for_each(make));
        Ok(())
    }

    fn found(&mut self) -> Result<Found, Box<dyn Error>> {
        Ok(Found { bytes: 0, spans: SPANS })
    }
}
