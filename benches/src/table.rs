//! Entries that take turns, and what they cost.

use std::{hint::black_box, time::Instant};

use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 101;
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

    /// Measures and prints: median and quartiles of the rounds, what is over the first entry, allocations.
    pub(crate) fn print(mut self) {
        for _ in 0..ROUNDS {
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
        println!("\n{}", self.title);
        println!(
            "{:<52} {:>8} {:>15} {:>7} {:>8} {:>8} {:>7} {:>7}",
            "", "ns", "quartiles", "ratio", "over", "all over", "allocs", "bytes"
        );
        let base =
            self.entries.first().map_or((1.0, 1.0), |first| (median(&first.here), median(&first.everywhere)));
        for entry in &mut self.entries {
            // Not the one behind a flush, which has to begin anew.
            (entry.operation)();
            let allocated = allocation_counter::measure(|| (entry.operation)());
            let quartiles = format!("{:.0}..{:.0}", quantile(&entry.here, 1), quantile(&entry.here, 3));
            let (here, everywhere, name) = (median(&entry.here), median(&entry.everywhere), entry.name);
            let (count, bytes) = (allocated.count_total, allocated.bytes_total);
            println!(
                "{name:<52} {here:>8.1} {quartiles:>15} {:>7.2} {:>8.0} {:>8.0} {count:>7} {bytes:>7}",
                here / base.0,
                here - base.0,
                everywhere - base.1,
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
