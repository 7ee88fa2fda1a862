//! What the sending thread runs for each span.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use jaeger_exporter::BatchSender;

use crate::{
    cpu::Task,
    engine::{Engine, Kind, Queue, unlimited_agent},
    grid::Grid,
    sink::{Agent, Collector},
    statistics::{median, quartiles},
};

const SPANS: usize = 50_000;

/// All of them, so that the SDK sends as many as ours does.
const NO_LOSS: Queue = Queue::Spans(2 * SPANS);

/// As a service has it that answers so many requests a second, on the way to a collector.
const STEADY_PER_SECOND: usize = 20_000;

const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
enum Receiver {
    Agent,
    UnlimitedAgent,
    Collector,
}

#[derive(Clone, Copy)]
enum Rate {
    AsFastAsPossible,
    Steady,
}

struct Entry {
    kind: Kind,
    receiver: Receiver,
    rate: Rate,
    nanos: Vec<f64>,
    system_nanos: f64,
    sent: u64,
}

pub(crate) fn grid(rounds: usize) -> Result<Grid, Box<dyn Error>> {
    let entry =
        |kind, receiver, rate| Entry { kind, receiver, rate, nanos: Vec::new(), system_nanos: 0.0, sent: 0 };
    let mut entries = [
        entry(Kind::Native, Receiver::UnlimitedAgent, Rate::AsFastAsPossible),
        entry(Kind::Native, Receiver::Agent, Rate::AsFastAsPossible),
        entry(Kind::Native, Receiver::Collector, Rate::AsFastAsPossible),
        entry(Kind::Native, Receiver::Collector, Rate::Steady),
        entry(Kind::Reporter(NO_LOSS), Receiver::Collector, Rate::AsFastAsPossible),
        entry(Kind::Reporter(NO_LOSS), Receiver::Collector, Rate::Steady),
        entry(Kind::Batch(NO_LOSS), Receiver::Collector, Rate::AsFastAsPossible),
        entry(Kind::Batch(NO_LOSS), Receiver::Collector, Rate::Steady),
    ];
    for _ in 0..rounds {
        for entry in &mut entries {
            entry.run()?;
        }
    }
    let columns = ["ns/span", "q1", "q3", "of it in the system", "sent %"];
    let grid = Grid::new("CPU time of the sending thread, for a span with six tags", columns);
    let grid = entries.iter().fold(grid, |grid, entry| {
        let [low, high] = quartiles(&entry.nanos);
        let spans = (entry.nanos.len() * SPANS) as f64;
        let (system, sent) = (entry.system_nanos / spans, entry.sent as f64 / spans * 100.0);
        grid.row(entry.name(), [median(&entry.nanos), low, high, system, sent])
    });
    Ok(grid.note("Target for the native tracer: at most 150 ns."))
}

// === impl Entry ===

impl Entry {
    fn name(&self) -> String {
        let receiver = match self.receiver {
            Receiver::Agent => "agent at the default 5 MB/s",
            Receiver::UnlimitedAgent => "agent without a limit",
            Receiver::Collector => "collector",
        };
        let rate = match self.rate {
            Rate::AsFastAsPossible => String::new(),
            Rate::Steady => format!(", {STEADY_PER_SECOND} spans/s"),
        };
        format!("{}, {receiver}{rate}", self.kind.name())
    }

    fn run(&mut self) -> Result<(), Box<dyn Error>> {
        let (agent, collector) = (Agent::start()?, Collector::forgetting()?);
        let (engine, task) = Task::started_by(self.kind.thread(), || self.engine(&agent, &collector))?;
        let engine = engine?;
        engine.spans(1000);
        engine.flush();
        let (before, system_before, sent) = (task.nanos()?, task.system_nanos()?, engine.sent());
        self.rate.make(&engine);
        engine.flush();
        self.nanos.push((task.nanos()? - before) / SPANS as f64);
        self.system_nanos += task.system_nanos()? - system_before;
        self.sent += engine.sent() - sent;
        Ok(())
    }

    fn engine(&self, agent: &Agent, collector: &Collector) -> Result<Engine, Box<dyn Error>> {
        match self.receiver {
            Receiver::Agent => Ok(Engine::native(BatchSender::agent(&agent.address()?)?, INTERVAL)),
            Receiver::UnlimitedAgent => Ok(Engine::native(unlimited_agent(&agent.address()?)?, INTERVAL)),
            Receiver::Collector => self.kind.to_collector(&collector.url(), INTERVAL),
        }
    }
}

// === impl Rate ===

impl Rate {
    fn make(self, engine: &Engine) {
        let Self::Steady = self else { return engine.spans(SPANS) };
        let started = Instant::now();
        let ticks = 1000;
        for tick in 1..=ticks {
            engine.spans(SPANS / ticks);
            let due = Duration::from_secs_f64((SPANS / ticks * tick) as f64 / STEADY_PER_SECOND as f64);
            thread::sleep(due.saturating_sub(started.elapsed()));
        }
    }
}
