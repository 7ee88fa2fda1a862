//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios.

mod codec;
mod floor;
mod layers;
mod table;

fn main() {
    for table in [codec::extract(), codec::extract_little(), codec::inject(), layers::table()] {
        table.print();
    }
}
