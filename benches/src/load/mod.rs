//! End to end over loopback: a service of axum in a process and on a core of its own, and who calls it on another core.

mod entry;
mod generator;
mod report;
pub(crate) mod server;

use std::{error::Error, time::Duration};

use self::{
    entry::Entry,
    generator::Driven,
    report::{Report, Run},
};
use crate::{
    child::Child,
    cpu::{first_and_last, on_core},
    grid::Grid,
    sink::Collector,
};

const CONNECTIONS: usize = 8;

/// After this, connections and pools are there, and branches are known to the machine.
const WARM_UP: Duration = Duration::from_millis(300);

const MEASURED: Duration = Duration::from_secs(2);

/// For what should take no time: to start, and to send what is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// All entries take turns in so many rounds; each round begins with another one.
pub(crate) fn grids(rounds: usize) -> Result<Vec<Grid>, Box<dyn Error>> {
    let [first, last] = first_and_last()?;
    Ok(on_core(first, || measure(rounds, last))?.grids())
}

fn measure(rounds: usize, server_core: usize) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::default();
    for round in 0..rounds {
        let order = Entry::ALL.iter().cycle().skip(round % Entry::ALL.len()).take(Entry::ALL.len());
        for &entry in order {
            report.add(entry, run(entry, server_core)?);
        }
    }
    Ok(report)
}

/// A service that is started for this run alone: so the places of things in memory differ from run to run.
fn run(entry: Entry, core: usize) -> Result<Run, Box<dyn Error>> {
    let collector = Collector::forgetting()?;
    let server = Child::start(&[server::ARGUMENT, entry.word(), &core.to_string(), &collector.url()])?;
    let address = server.line(PATIENCE)?.parse()?;
    let Driven { served, requests, seconds, cpu_nanos, latencies } = generator::drive(address, server.id())?;
    let exported: f64 = server.finish(PATIENCE)?.parse()?;
    Ok(Run {
        per_second: requests / seconds,
        cpu_us: cpu_nanos / requests / 1000.0,
        busy_share: cpu_nanos / seconds / 1e9,
        latencies_us: latencies,
        exported_share: exported / served,
    })
}
