//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//!
//! | Argument | |
//! |---|---|
//! | `--only codec`, `layers`, `grpc`, `client` | the tables of one part |
//! | `--only encode`, `export`, `load`, `growth`, `memory` | a part that is measured only when it is asked for, because it takes minutes |
//! | `--quick` | a tenth of the rounds, for a first look |
//! | `--json` | the figures as JSON instead of tables |
//! | `--instructions` | instructions per operation instead of time, counted by valgrind; of the first four parts |
//!
//! With `--features axum-tracing-opentelemetry` that peer is there, too; it needs a newer compiler than the workspace. With
//! `--features exporters` opentelemetry-jaeger and OTLP's exporter are there in `--only encode`; they take longer to build.
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios. Times are
//! those of the processor. "over" is what an entry costs over the first one on the thread that works, "all over" the same on all
//! threads. "tags" are those of the span that an entry exported when it was checked, as Jaeger would show them. Every answer is
//! checked, and that all spans come out: of ours a lost one is an error, of others it is said.

mod arguments;
mod caller;
mod carriers;
mod child;
mod client;
mod codec;
mod cpu;
mod encode;
mod engine;
mod export;
mod floor;
mod grid;
mod growth;
mod grpc;
mod instructions;
mod layers;
mod load;
mod measured;
mod memory;
mod operation;
mod requests;
mod sink;
mod statistics;
mod table;
mod tracers;

use std::env;

use serde::Serialize;

use crate::{
    arguments::{Arguments, Task},
    grid::Grid,
    operation::Result,
    table::Table,
};

/// The tables by their part.
const PARTS: [Part; 4] = [
    Part { name: "codec", tables: codec::tables },
    Part { name: "layers", tables: layers::tables },
    Part { name: "grpc", tables: grpc::tables },
    Part { name: "client", tables: client::tables },
];

/// Those that take minutes, with what makes them of a number of rounds.
const LONG_PARTS: [LongPart; 5] = [
    LongPart { name: "encode", grids: encode::grids },
    LongPart { name: "export", grids: |rounds| export::grids((rounds / 10).max(2)) },
    LongPart { name: "load", grids: |rounds| load::grids((rounds / 10).max(2)) },
    LongPart { name: "growth", grids: growth::grids },
    LongPart { name: "memory", grids: |_| memory::grids() },
];

#[derive(Clone, Copy)]
struct Part {
    name: &'static str,
    tables: fn() -> Vec<Table>,
}

#[derive(Clone, Copy)]
struct LongPart {
    name: &'static str,
    grids: fn(usize) -> Result<Vec<Grid>>,
}

fn main() -> Result<()> {
    match Arguments::parse(env::args().skip(1))?.task {
        Task::Measure { parts, rounds, is_json } => {
            let tables = parts.into_iter().flat_map(|part| (part.tables)());
            show(tables.map(|table| table.measure(rounds)), is_json)
        }
        Task::MeasureLong { part, rounds, is_json } => {
            show((part.grids)(rounds)?.into_iter().map(Ok), is_json)
        }
        Task::CountInstructions { parts, is_json } => show(instructions::count(&parts)?, is_json),
        Task::Run(run) => instructions::run(&run),
        Task::Child(arguments) => child::run(&arguments),
    }
}

/// What can be shown to people.
trait Print: Serialize {
    fn print(&self);
}

/// Each as soon as it is there, or all as JSON at the end.
fn show<T: Print>(tables: impl Iterator<Item = Result<T>>, is_json: bool) -> Result<()> {
    let mut all = Vec::new();
    for table in tables {
        let table = table?;
        if is_json {
            all.push(table);
        } else {
            table.print();
        }
    }
    if is_json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    }
    Ok(())
}
