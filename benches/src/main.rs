//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//!
//! | Argument | |
//! |---|---|
//! | `--only codec`, `--only layers` | the tables of one part |
//! | `--only export`, `load`, `growth`, `memory` | a part that is measured only when it is asked for, because it takes minutes |
//! | `--quick` | a tenth of the rounds, for a first look |
//! | `--json` | the figures as JSON instead of tables |
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios. "over" is
//! what an entry costs over the first one on the thread that works, "all over" the same on all threads.

mod child;
mod codec;
mod cpu;
mod engine;
mod export;
mod floor;
mod grid;
mod growth;
mod layers;
mod load;
mod memory;
mod sink;
mod statistics;
mod table;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut only = None;
    let (mut rounds, mut is_json) = (101, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            child::ARGUMENT => return child::run(&arguments.collect::<Vec<_>>()),
            "--only" => only = arguments.next(),
            "--quick" => rounds = 11,
            "--json" => is_json = true,
            other => return Err(format!("expected --only PART, --quick or --json, found {other}").into()),
        }
    }
    let mut tables = Vec::new();
    if only.as_deref().is_none_or(|only| only == "codec") {
        tables.extend([codec::extract(), codec::extract_little(), codec::inject()]);
    }
    if only.as_deref().is_none_or(|only| only == "layers") {
        tables.extend(layers::tables()?);
    }
    let mut all = Vec::new();
    for table in tables {
        let measured = table.measure(rounds);
        if !is_json {
            measured.print();
        }
        all.push(measured);
    }
    let grids = match only.as_deref() {
        Some("export") => export::grids((rounds / 10).max(2))?,
        Some("growth") => growth::grids(rounds)?,
        Some("memory") => memory::grids()?,
        Some("load") => load::grids((rounds / 10).max(2))?,
        _ => Vec::new(),
    };
    if is_json {
        let tables = all.iter().map(serde_json::to_value);
        let all: Vec<_> = tables.chain(grids.iter().map(serde_json::to_value)).collect::<Result<_, _>>()?;
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        grids.iter().for_each(grid::Grid::print);
    }
    Ok(())
}
