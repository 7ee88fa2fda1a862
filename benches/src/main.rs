//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//! `-- --only layers` runs the tables of one part: `codec` or `layers`.
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios. "over" is
//! what an entry costs over the first one on the thread that works, "all over" the same on all threads.

mod codec;
mod floor;
mod layers;
mod table;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only = std::env::args().skip_while(|argument| argument != "--only").nth(1);
    let is_wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if is_wanted("codec") {
        for table in [codec::extract(), codec::extract_little(), codec::inject()] {
            table.print();
        }
    }
    if is_wanted("layers") {
        layers::tables()?.into_iter().for_each(table::Table::print);
    }
    Ok(())
}
