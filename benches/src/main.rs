//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//!
//! | Argument | |
//! |---|---|
//! | `--only codec`, `layers`, `grpc`, `client` | the tables of one part |
//! | `--quick` | a tenth of the rounds, for a first look |
//! | `--json` | the figures as JSON instead of tables |
//! | `--instructions` | instructions per operation instead of time, counted by valgrind |
//!
//! With `--features axum-tracing-opentelemetry` that peer is there, too; it needs a newer compiler than the workspace.
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios. Times are
//! those of the processor. "over" is what an entry costs over the first one on the thread that works, "all over" the same on all
//! threads. "tags" are those of the span that an entry exported when it was checked, as Jaeger would show them. Every answer is
//! checked, and that all spans come out: of ours a lost one is an error, of others it is said.

mod arguments;
mod caller;
mod carriers;
mod client;
mod codec;
mod floor;
mod grpc;
mod instructions;
mod layers;
mod measured;
mod operation;
mod requests;
mod table;
mod tracers;

use std::env;

use serde::Serialize;

use crate::{
    arguments::{Arguments, Task},
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

#[derive(Clone, Copy)]
struct Part {
    name: &'static str,
    tables: fn() -> Vec<Table>,
}

fn main() -> Result<()> {
    match Arguments::parse(env::args().skip(1))?.task {
        Task::Measure { parts, rounds, is_json } => {
            let tables = parts.into_iter().flat_map(|part| (part.tables)());
            show(tables.map(|table| table.measure(rounds)), is_json)
        }
        Task::CountInstructions { parts, is_json } => show(instructions::count(&parts)?, is_json),
        Task::Run(run) => instructions::run(&run),
        Task::Collect => tracers::collect(),
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
