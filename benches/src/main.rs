//! `cargo run --release -p benches`: nanoseconds and allocations per operation, ours beside the alternatives.
//!
//! All entries of a table take turns in short rounds, so that a noisy machine disturbs them alike: read the ratios.

mod codec;
mod layers;
mod table;

fn main() {
    codec::table().print();
    layers::table().print();
}
