//! Entries that take turns, and what they cost.

use std::{hint::black_box, time::Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

const OPERATIONS: u32 = 2000;

/// A table of entries; the first one is the measure of the others.
pub(crate) struct Table {
    title: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    operation: Box<dyn FnMut()>,
    /// Waits for what the operations have left to other threads.
    settle: Box<dyn FnMut()>,
    /// Nanoseconds per operation on the thread that operates, one value for each round.
    here: Vec<f64>,
    /// The same on all threads.
    everywhere: Vec<f64>,
}

impl Table {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, entries: Vec::new() }
    }

    /// Adds an operation. What it returns is kept from being optimised away.
    pub(crate) fn entry<R>(self, name: &'static str, operation: impl FnMut() -> R + 'static) -> Self {
        self.settling_entry(name, operation, || {})
    }

    /// Adds an operation that leaves work to other threads, and how to wait for that.
    pub(crate) fn settling_entry<R>(
        mut self,
        name: &'static str,
        mut operation: impl FnMut() -> R + 'static,
        settle: impl FnMut() + 'static,
    ) -> Self {
        let operation = Box::new(move || {
            black_box(operation());
        });
        let settle = Box::new(settle);
        self.entries.push(Entry { name, operation, settle, here: Vec::new(), everywhere: Vec::new() });
        self
    }

    /// Measures all entries in so many rounds, in which they take turns.
    pub(crate) fn measure(mut self, rounds: usize) -> Measured {
        for _ in 0..rounds {
            for entry in &mut self.entries {
                let (started, cpu) = (Instant::now(), cpu_of_all_threads());
                for _ in 0..OPERATIONS {
                    (entry.operation)();
                }
                let here = started.elapsed().as_secs_f64() * 1e9;
                (entry.settle)();
                entry.here.push(here / f64::from(OPERATIONS));
                entry.everywhere.push((cpu_of_all_threads() - cpu) / f64::from(OPERATIONS));
            }
        }
        let base =
            self.entries.first().map_or((1.0, 1.0), |first| (median(&first.here), median(&first.everywhere)));
        let rows = self.entries.iter_mut().map(|entry| {
            // Not the one behind a flush, which has to begin anew.
            (entry.operation)();
            let allocated = allocation_counter::measure(|| (entry.operation)());
            let here = median(&entry.here);
            Row {
                name: entry.name,
                nanos: here,
                quartiles: [quantile(&entry.here, 1), quantile(&entry.here, 3)],
                ratio: here / base.0,
                over: here - base.0,
                all_over: median(&entry.everywhere) - base.1,
                allocations: allocated.count_total,
                bytes: allocated.bytes_total,
            }
        });
        Measured { title: self.title, rows: rows.collect() }
    }
}

/// What a table has come to.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    title: &'static str,
    rows: Vec<Row>,
}

/// An entry: medians of the rounds in nanoseconds per operation, what is over the first entry, allocations of one operation.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    nanos: f64,
    quartiles: [f64; 2],
    ratio: f64,
    over: f64,
    all_over: f64,
    allocations: u64,
    bytes: u64,
}

impl Measured {
    pub(crate) fn print(&self) {
        println!("\n{}", self.title);
        println!(
            "{:<52} {:>8} {:>15} {:>7} {:>8} {:>8} {:>7} {:>7}",
            "", "ns", "quartiles", "ratio", "over", "all over", "allocs", "bytes"
        );
        for Row { name, nanos, quartiles: [low, high], ratio, over, all_over, allocations, bytes } in
            &self.rows
        {
            let quartiles = format!("{low:.0}..{high:.0}");
            println!(
                "{name:<52} {nanos:>8.1} {quartiles:>15} {ratio:>7.2} {over:>8.0} {all_over:>8.0} {allocations:>7} {bytes:>7}"
            );
        }
    }
}

fn median(rounds: &[f64]) -> f64 {
    quantile(rounds, 2)
}

fn quantile(rounds: &[f64], quarters: usize) -> f64 {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() - 1) * quarters / 4).copied().unwrap_or(f64::NAN)
}

/// Nanoseconds so far.
fn cpu_of_all_threads() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
