//! The reporter: a bounded queue and one thread between the program and any exporter.
//!
//! ```text
//! on_end ─▶ open batch ─▶ full batches ─▶ thread ─▶ exporter
//!           └──────── queue, bounded ────────┘
//! ```
//!
//! A span is moved into the batch that is open. The thread is woken when a batch begins, to start its flush interval,
//! and when it is full; never for the spans in between.

mod builder;
mod health;
mod processor;
mod queue;
mod stats;
mod worker;

pub use self::{
    builder::ReporterBuilder,
    health::{Health, OnChange, panic_message},
    processor::Reporter,
    stats::ReporterStats,
};
