//! The options of the whole demo.

use std::time::Duration;

use super::{DEFAULT_SEED, load, options::Options};
use crate::{
    exporter::{Exporter, Sink},
    knobs::Knobs,
    load::Load,
};

const FRONTEND_PORT: u16 = 8080;
/// Jaeger's own.
const JAEGER_PORTS: Ports = Ports { query: 16686, collector: 14268, agent: 6831 };
const ANY_PORTS: Ports = Ports { query: 0, collector: 0, agent: 0 };
const DEFAULT_DEADLINE_SECONDS: u64 = 15;
/// Long enough for a person to see what the others say meanwhile.
const RESTART_AFTER: Duration = Duration::from_secs(5);

/// What to start, and for how long.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) task: Task,
    pub(crate) verbose: bool,
    pub(crate) seed: u64,
    /// How they are at the start.
    pub(crate) knobs: Knobs,
    pub(crate) exporter: Exporter,
    pub(crate) jaeger: JaegerChoice,
    /// Of the frontend; 0 for any.
    pub(crate) port: u16,
    pub(crate) deadline: Duration,
    /// How long a service stays away that has died; for ever, if there is nothing.
    pub(crate) restart_after: Option<Duration>,
}

/// What the demo is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// To be clicked at, until Ctrl-C.
    StayUp,
    /// For one dispatch.
    Once,
    /// For many.
    Load(Load),
    /// To say whether spans arrive; no service is started.
    Check,
}

/// Which Jaeger gets the spans.
#[derive(Debug)]
pub(crate) enum JaegerChoice {
    /// One in this process.
    Embedded(Ports),
    /// One that runs already.
    Running { sink: Sink, query: String },
}

/// Of the embedded Jaeger; 0 for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) query: u16,
    pub(crate) collector: u16,
    pub(crate) agent: u16,
}

// === impl Demo ===

impl Demo {
    pub(super) fn read(options: &mut Options) -> Result<Self, String> {
        let task = Task::read(options)?;
        let exporter = Exporter::read(options.text("--exporter"))?;
        let stays_up = task == Task::StayUp;
        let port = options.port("--port")?.unwrap_or(if stays_up { FRONTEND_PORT } else { 0 });
        Ok(Self {
            task,
            verbose: options.flag("--verbose"),
            seed: options.parsed("--seed", "a number")?.unwrap_or(DEFAULT_SEED),
            knobs: options.knobs()?,
            exporter,
            jaeger: JaegerChoice::read(options, exporter, if stays_up { JAEGER_PORTS } else { ANY_PORTS })?,
            port,
            deadline: deadline(options)?,
            restart_after: restart_after(options)?,
        })
    }
}

/// How long a trace may take to be stored.
pub(super) fn deadline(options: &mut Options) -> Result<Duration, String> {
    let seconds = options.parsed("--deadline", "a number of seconds")?;
    Ok(Duration::from_secs(seconds.unwrap_or(DEFAULT_DEADLINE_SECONDS)))
}

fn restart_after(options: &mut Options) -> Result<Option<Duration>, String> {
    match options.text("--restart-after") {
        None => Ok(Some(RESTART_AFTER)),
        Some(text) if text == "off" => Ok(None),
        Some(text) => {
            let seconds = text.parse().map(Duration::from_secs).map(Some);
            seconds
                .map_err(|_| format!("--restart-after: expected a number of seconds or off, found {text:?}"))
        }
    }
}

// === impl Task ===

impl Task {
    fn read(options: &mut Options) -> Result<Self, String> {
        let load = options.count("--load")?;
        match (load, options.flag("--once"), options.flag("--check")) {
            (None, false, false) => Ok(Self::StayUp),
            (None, true, false) => Ok(Self::Once),
            (None, false, true) => Ok(Self::Check),
            (Some(requests), false, false) => Ok(Self::Load(load::read(options, requests)?)),
            _ => Err("only one of --once, --load and --check can be done".to_owned()),
        }
    }
}

// === impl JaegerChoice ===

impl JaegerChoice {
    fn read(options: &mut Options, exporter: Exporter, ports: Ports) -> Result<Self, String> {
        let (collector, agent) = (options.text("--collector"), options.text("--agent"));
        let query = options.text("--query");
        let option = exporter.address_option();
        if collector.is_none() && agent.is_none() && query.is_none() {
            return Ok(Self::Embedded(Ports::read(options, ports)?));
        }
        let missing = "a Jaeger that runs already needs --query: where its traces are read";
        let query = query.ok_or(missing)?;
        let query = query.trim_end_matches('/').to_owned();
        // Both may be given: the exporter takes its own.
        let address = if option == "--agent" { agent } else { collector };
        let address = address.unwrap_or_else(|| exporter.default_address().to_owned());
        Ok(Self::Running { sink: Sink { exporter, address }, query })
    }
}

// === impl Ports ===

impl Ports {
    fn read(options: &mut Options, default: Self) -> Result<Self, String> {
        Ok(Self {
            query: options.port("--query-port")?.unwrap_or(default.query),
            collector: options.port("--collector-port")?.unwrap_or(default.collector),
            agent: options.port("--agent-port")?.unwrap_or(default.agent),
        })
    }
}
