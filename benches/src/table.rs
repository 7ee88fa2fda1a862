//! Entries that take turns, and what they cost.

use std::{hint::black_box, time::Instant};

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
    /// Nanoseconds per operation, one value for each round.
    rounds: Vec<f64>,
}

impl Table {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, entries: Vec::new() }
    }

    /// Adds an operation. What it returns is kept from being optimised away.
    pub(crate) fn entry<R>(mut self, name: &'static str, mut operation: impl FnMut() -> R + 'static) -> Self {
        let operation = Box::new(move || {
            black_box(operation());
        });
        self.entries.push(Entry { name, operation, rounds: Vec::new() });
        self
    }

    /// Measures and prints: median and quartiles of the rounds, the ratio to the first entry, allocations.
    pub(crate) fn print(mut self) {
        for _ in 0..ROUNDS {
            for entry in &mut self.entries {
                let started = Instant::now();
                for _ in 0..OPERATIONS {
                    (entry.operation)();
                }
                entry.rounds.push(started.elapsed().as_secs_f64() * 1e9 / f64::from(OPERATIONS));
            }
        }
        println!("\n{}", self.title);
        println!("{:<52} {:>8} {:>15} {:>7} {:>7} {:>7}", "", "ns", "quartiles", "ratio", "allocs", "bytes");
        let base = self.entries.first().map_or(1.0, |first| first.quantile(2));
        for entry in &mut self.entries {
            let allocated = allocation_counter::measure(|| (entry.operation)());
            let quartiles = format!("{:.0}..{:.0}", entry.quantile(1), entry.quantile(3));
            let (median, name) = (entry.quantile(2), entry.name);
            let (count, bytes) = (allocated.count_total, allocated.bytes_total);
            println!("{name:<52} {median:>8.1} {quartiles:>15} {:>7.2} {count:>7} {bytes:>7}", median / base);
        }
    }
}

impl Entry {
    fn quantile(&self, quarters: usize) -> f64 {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get((sorted.len() - 1) * quarters / 4).copied().unwrap_or(f64::NAN)
    }
}
