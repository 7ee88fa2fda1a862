//! Entries that take turns, and what they cost.

use rustix::time::{ClockId, clock_gettime};

use crate::{
    measured::{Measured, Row},
    operation::{Operation, Result},
};

const OPERATIONS: u32 = 2000;

/// A table of entries; the first one is the measure of the others.
pub(crate) struct Table {
    title: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    /// Not before it is needed: a run of one entry is not to be disturbed by the threads of others.
    build: Box<dyn FnOnce() -> Result<Operation>>,
}

/// An entry that is measured.
struct Running {
    name: &'static str,
    operation: Operation,
    /// Nanoseconds per operation on the thread that operates, one value for each round. Only those in which it ran: what takes
    /// its place meanwhile, such as the collector, is not the operation's.
    here: Vec<f64>,
    /// The same on all threads.
    everywhere: Vec<f64>,
}

// === impl Table ===

impl Table {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, entries: Vec::new() }
    }

    /// Adds an operation. What it returns is kept from being optimised away.
    pub(crate) fn entry<R>(self, name: &'static str, operation: impl FnMut() -> R + 'static) -> Self {
        self.built_entry(name, || Ok(Operation::new(operation)))
    }

    /// Adds an operation that is made when it is its turn to be measured.
    pub(crate) fn built_entry(
        mut self,
        name: &'static str,
        build: impl FnOnce() -> Result<Operation> + 'static,
    ) -> Self {
        self.entries.push(Entry { name, build: Box::new(build) });
        self
    }

    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.entries.iter().map(|entry| entry.name).collect()
    }

    /// One of the operations, alone.
    pub(crate) fn build(self, index: usize) -> Result<Operation> {
        let entry = self.entries.into_iter().nth(index).ok_or("expected the number of an entry")?;
        Ok(entry.build()?.operation)
    }

    /// Measures all entries in so many rounds, in which they take turns.
    pub(crate) fn measure(self, rounds: usize) -> Result<Measured> {
        let title = self.title;
        let mut running = self.entries.into_iter().map(Entry::build).collect::<Result<Vec<_>>>()?;
        for _ in 0..rounds {
            running.iter_mut().for_each(Running::round);
        }
        let rows = running.into_iter().map(Running::row).collect::<Result<Vec<_>>>()?;
        Ok(Measured::new(title, rows))
    }
}

// === impl Entry ===

impl Entry {
    fn build(self) -> Result<Running> {
        let operation = (self.build)().map_err(|error| format!("{}: {error}", self.name))?;
        Ok(Running { name: self.name, operation, here: Vec::new(), everywhere: Vec::new() })
    }
}

// === impl Running ===

impl Running {
    fn round(&mut self) {
        let (started, cpu) = (cpu_of(ClockId::ThreadCPUTime), cpu_of(ClockId::ProcessCPUTime));
        self.operation.run(OPERATIONS);
        let here = cpu_of(ClockId::ThreadCPUTime) - started;
        self.operation.settle();
        self.here.push(here / f64::from(OPERATIONS));
        self.everywhere.push((cpu_of(ClockId::ProcessCPUTime) - cpu) / f64::from(OPERATIONS));
    }

    fn row(mut self) -> Result<Row> {
        let (allocations, bytes) = self.operation.allocations();
        let spans = self.operation.spans().map_err(|error| format!("{}: {error}", self.name))?;
        let quartiles = [1, 2, 3].map(|quarters| quantile(&self.here, quarters));
        Ok(Row::new(self.name, quartiles, quantile(&self.everywhere, 2), (allocations, bytes), spans))
    }
}

fn quantile(rounds: &[f64], quarters: usize) -> f64 {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() - 1) * quarters / 4).copied().unwrap_or(f64::NAN)
}

/// Nanoseconds so far.
fn cpu_of(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
