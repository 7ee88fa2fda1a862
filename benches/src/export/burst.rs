//! Many spans at once, with the default bounds: what arrives of them.

use std::{
    error::Error,
    fs, io, thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    child::{Child, tell},
    engine::{Engine, Kind, LONG, Queue},
    grid::Grid,
    sink::Collector,
    statistics::median,
};

const SPANS: usize = 200_000;

/// The default of the native tracer and of the reporter.
const SECOND: Duration = Duration::from_secs(1);

/// The word for which a child does this.
pub(crate) const ARGUMENT: &str = "burst";

struct Entry {
    kind: Kind,
    argument: &'static str,
    threads: usize,
    runs: Vec<Run>,
}

struct Run {
    told: Told,
    arrived: f64,
}

/// What the child says of a run.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    made_per_second: f64,
    /// Until everything was sent or lost.
    seconds: f64,
    /// Beyond what the process had before the burst.
    peak_mib: f64,
}

const ENGINES: [(&str, Kind); 3] = [
    ("native", Kind::Native),
    ("reporter", Kind::Reporter(Queue::Default)),
    ("batch", Kind::Batch(Queue::Default)),
];

pub(crate) fn grid(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let entry = |threads| move |(argument, kind)| Entry { kind, argument, threads, runs: Vec::new() };
    let mut entries: Vec<_> = [1, 2].into_iter().flat_map(|threads| ENGINES.map(entry(threads))).collect();
    for _ in 0..rounds {
        for entry in &mut entries {
            let run = entry.run()?;
            entry.runs.push(run);
        }
    }
    let columns = ["made/s", "arrived", "fewest", "dropped", "sent in s", "peak MiB"];
    let title = format!("A burst of {SPANS} spans to a collector, default bounds");
    Ok(entries.iter().fold(Grid::new(title, columns), |grid, entry| {
        let name = format!("{}, {} thread(s)", entry.kind.name(), entry.threads);
        grid.row(name, entry.figures())
    }))
}

/// In the child: makes the spans and says what that was like.
pub(crate) fn run_in_child(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [engine, threads, url] = arguments else { return Err("expected ENGINE THREADS URL".into()) };
    let (_, kind) =
        ENGINES.into_iter().find(|(name, _)| name == engine).ok_or("expected an engine's name")?;
    let told = burst(&kind.to_collector(url, SECOND)?, threads.parse()?)?;
    Ok(tell(serde_json::to_string(&told)?)?)
}

fn burst(engine: &Engine, threads: usize) -> Result<Told, Box<dyn Error>> {
    // The connection is there, and what is initialised once.
    engine.spans(1);
    engine.flush();
    let before = resident_mib("VmRSS:")?;
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| engine.spans(SPANS / threads));
        }
    });
    let made_per_second = SPANS as f64 / started.elapsed().as_secs_f64();
    engine.flush();
    let seconds = started.elapsed().as_secs_f64();
    Ok(Told { made_per_second, seconds, peak_mib: resident_mib("VmHWM:")? - before })
}

/// A line of the process's status, which is in KiB.
fn resident_mib(name: &str) -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib = kib.ok_or_else(|| io::Error::other(format!("expected {name} in the process's status")))?;
    Ok(kib.parse::<f64>()? / 1024.0)
}

// === impl Entry ===

impl Entry {
    fn run(&self) -> Result<Run, Box<dyn Error>> {
        // Here and not there, because its memory is none of the tracer's.
        let collector = Collector::keeping()?;
        let threads = self.threads.to_string();
        let child = Child::start(&[ARGUMENT, self.argument, &threads, &collector.url()])?;
        let told = serde_json::from_str(&child.line(LONG)?)?;
        drop(child);
        // The span before the burst is not of the burst.
        let arrived = collector.take_spans()?.saturating_sub(1) as f64;
        Ok(Run { told, arrived })
    }

    fn figures(&self) -> [f64; 6] {
        let of = |figure: fn(&Run) -> f64| self.runs.iter().map(figure).collect::<Vec<_>>();
        let arrived = of(|run| run.arrived);
        [
            median(&of(|run| run.told.made_per_second)),
            median(&arrived),
            arrived.iter().copied().fold(f64::INFINITY, f64::min),
            SPANS as f64 - median(&arrived),
            median(&of(|run| run.told.seconds)),
            median(&of(|run| run.told.peak_mib)),
        ]
    }
}
