//! From the end of a span to a socket: spans are made as long as less than half of the queue is full, so that no queue with its
//! default size loses any. Who makes them is a process of its own, so that all of its time is theirs.

use std::{error::Error, time::Instant};

use serde::{Deserialize, Serialize};

use super::{
    allocations::{self, Allocated},
    backlog::Backlog,
    entry::Entry,
    way::STEP,
};
use crate::{
    child::{Child, tell},
    cpu::{first_and_last, nanos_of_this_process, on_core, pin_this_thread},
    engine::LONG,
    grid::Grid,
    statistics::{median, quartiles},
};

/// The word for which a child does this.
pub(crate) const ARGUMENT: &str = "exporting";

/// The place of a child that may run on all cores.
const ANYWHERE: &str = "anywhere";

/// How much is made, at least.
#[derive(Clone, Copy, Debug)]
struct Amount {
    spans: usize,
    seconds: f64,
}

const SPANS: Amount = Amount { spans: 65_536, seconds: 0.0 };

const SECOND: Amount = Amount { spans: 0, seconds: 1.0 };

/// Spans before it is measured.
const WARM_UP: usize = 16_384;

/// What the child says of a run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Told {
    /// With those before it was measured.
    made: usize,
    spans: f64,
    seconds: f64,
    cpu_nanos: f64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    told: Told,
    bytes: f64,
    arrived: f64,
}

type Runs = Vec<(Entry, Vec<Run>)>;

/// The time of all threads.
pub(super) fn cost(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let runs = in_turns(rounds, |entry| run(entry, ANYWHERE, SPANS))?;
    let columns = ["CPU ns", "q1", "q3", "ratio", "bytes", "allocs", "alloc bytes"];
    let title =
        "From a span's start to the socket, all threads, for a span of 10 tags, 2 logs, a parent and a link";
    let nanos = |runs: &[Run]| of(runs, |run| run.told.cpu_nanos / run.told.spans);
    let base = runs.first().map_or(f64::NAN, |(_, runs)| median(&nanos(runs)));
    let mut grid = Grid::new(title, columns);
    for (entry, runs) in &runs {
        let (nanos, bytes) = (nanos(runs), median(&of(runs, |run| run.bytes / run.arrived)));
        let ([low, high], nanos) = (quartiles(&nanos), median(&nanos));
        let Allocated { count, bytes: allocated } = allocations::of(*entry)?.unwrap_or(Allocated::UNKNOWN);
        grid = grid.row(entry.name(), [nanos, low, high, nanos / base, bytes, count, allocated]);
    }
    Ok(grid.note("Every span that was made has arrived, whole. Allocations are those of all threads, counted by valgrind."))
}

/// As many spans as one core makes and sends.
pub(super) fn sustained(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let [first, last] = first_and_last()?;
    let core = last.to_string();
    let runs = on_core(first, || in_turns(rounds, |entry| run(entry, &core, SECOND)))?;
    let columns = ["spans/s", "q1", "q3", "ratio", "CPU ns", "busy", "spans", "lost"];
    let title = "Spans made and sent by one core for a second and more, the receiver on another core";
    let rate = |runs: &[Run]| of(runs, |run| run.told.spans / run.told.seconds);
    let base = runs.first().map_or(f64::NAN, |(_, runs)| median(&rate(runs)));
    let grid = runs.iter().fold(Grid::new(title, columns), |grid, (entry, runs)| {
        let (rates, made) = (rate(runs), of(runs, |run| run.told.made as f64).iter().sum::<f64>());
        let ([low, high], rate) = (quartiles(&rates), median(&rates));
        let cpu = median(&of(runs, |run| run.told.cpu_nanos / run.told.spans));
        let busy = median(&of(runs, |run| run.told.cpu_nanos / run.told.seconds / 1e9));
        let lost = made - of(runs, |run| run.arrived).iter().sum::<f64>();
        grid.row(entry.name(), [rate, low, high, rate / base, cpu, busy, made, lost])
    });
    let grid =
        grid.note("\"busy\" is how much of its core the process ran. The rest it waited for the receiver, or others ran there.");
    Ok(if first == last { grid.note("All share one core: there is no other.") } else { grid })
}

/// All entries in so many rounds; each round begins with another one.
fn in_turns(
    rounds: usize,
    run: impl Fn(Entry) -> Result<Run, Box<dyn Error>>,
) -> Result<Runs, Box<dyn Error>> {
    let mut runs: Runs = Entry::ALL.iter().map(|&entry| (entry, Vec::new())).collect();
    for round in 0..rounds {
        let first = round % runs.len();
        let (behind, before) = runs.split_at_mut(first);
        for (entry, runs) in before.iter_mut().chain(behind) {
            runs.push(run(*entry).map_err(|error| format!("{}: {error}", entry.name()))?);
        }
    }
    Ok(runs)
}

fn of(runs: &[Run], figure: impl Fn(&Run) -> f64) -> Vec<f64> {
    runs.iter().map(figure).collect()
}

fn run(entry: Entry, place: &str, amount: Amount) -> Result<Run, Box<dyn Error>> {
    let receiver = entry.receiver().start()?;
    let Amount { spans, seconds } = amount;
    let (word, address, spans) = (entry.word(), receiver.address(), spans.to_string());
    let child = Child::start(&[ARGUMENT, &word, &address, place, &spans, &seconds.to_string()])?;
    let told: Told = serde_json::from_str(&child.line(LONG)?)?;
    let found = receiver.take()?;
    if found.spans != told.made {
        return Err(format!("expected {} spans, {} have arrived", told.made, found.spans).into());
    }
    Ok(Run { told, bytes: found.bytes as f64, arrived: found.spans as f64 })
}

/// In the child: makes the spans and says what that took.
pub(crate) fn run_in_child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [entry, to, place, spans, seconds] = arguments else {
        return Err("expected ENTRY TO PLACE SPANS SECONDS".into());
    };
    let entry = Entry::of_word(entry).ok_or("expected an entry's word")?;
    if place != ANYWHERE {
        // With all of its threads.
        pin_this_thread(place.parse()?)?;
    }
    let way = entry.start(to)?;
    // The connection is there, and the memory.
    (0..WARM_UP / STEP).for_each(|_| way.step());
    way.flush()?;
    let mut backlog = Backlog::new(entry.receiver(), to)?;
    let amount = Amount { spans: spans.parse()?, seconds: seconds.parse()? };
    let (started, cpu) = (Instant::now(), nanos_of_this_process());
    let mut spans = 0;
    while spans < amount.spans || started.elapsed().as_secs_f64() < amount.seconds {
        way.step();
        backlog.wait(STEP)?;
        spans += STEP;
    }
    way.flush()?;
    let (seconds, cpu_nanos) = (started.elapsed().as_secs_f64(), nanos_of_this_process() - cpu);
    let told = Told { made: WARM_UP + spans, spans: spans as f64, seconds, cpu_nanos };
    Ok(tell(serde_json::to_string(&told)?)?)
}
