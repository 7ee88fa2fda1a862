//! What a table has come to, for people and for programs.

use serde::Serialize;

use crate::{Print, operation::Spans};

/// What a table has come to.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    title: &'static str,
    rows: Vec<Row>,
}

/// An entry: medians of the rounds in nanoseconds per operation, what is over the first entry, allocations of one operation.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: &'static str,
    nanos: f64,
    quartiles: [f64; 2],
    ratio: f64,
    over: f64,
    all_over: f64,
    allocations: u64,
    bytes: u64,
    /// Of the span, if there is one.
    tags: Option<usize>,
    /// Spans that were sampled, and how many of them came out.
    spans: Option<u64>,
    exported: Option<u64>,
}

// === impl Measured ===

impl Measured {
    pub(crate) fn new(title: &'static str, mut rows: Vec<Row>) -> Self {
        let base = rows.first().map_or((1.0, 0.0), |first| (first.nanos, first.all_over));
        for row in &mut rows {
            row.ratio = row.nanos / base.0;
            row.over = row.nanos - base.0;
            row.all_over -= base.1;
        }
        Self { title, rows }
    }
}

impl Print for Measured {
    fn print(&self) {
        println!("\n{}", self.title);
        println!(
            "{:<56} {:>8} {:>15} {:>7} {:>8} {:>8} {:>7} {:>7} {:>5}",
            "", "ns", "quartiles", "ratio", "over", "all over", "allocs", "bytes", "tags"
        );
        for row in &self.rows {
            let Row { name, nanos, quartiles: [low, high], ratio, over, all_over, .. } = row;
            let quartiles = format!("{low:.0}..{high:.0}");
            let tags = row.tags.map_or_else(String::new, |tags| tags.to_string());
            println!(
                "{name:<56} {nanos:>8.1} {quartiles:>15} {ratio:>7.2} {over:>8.0} {all_over:>8.0} {:>7} {:>7} {tags:>5}",
                row.allocations, row.bytes
            );
        }
        for row in &self.rows {
            let lost = row.spans.unwrap_or(0) - row.exported.unwrap_or(0);
            if lost > 0 {
                println!("{}: {lost} of {} spans were lost", row.name, row.spans.unwrap_or(0));
            }
        }
    }
}

// === impl Row ===

impl Row {
    /// What is over the first entry is filled in when that is known; until then `all_over` is the whole.
    pub(crate) fn new(
        name: &'static str,
        [low, nanos, high]: [f64; 3],
        everywhere: f64,
        (allocations, bytes): (u64, u64),
        spans: Option<Spans>,
    ) -> Self {
        Self {
            name,
            nanos,
            quartiles: [low, high],
            ratio: 1.0,
            over: 0.0,
            all_over: everywhere,
            allocations,
            bytes,
            tags: spans.and_then(|spans| spans.tags),
            spans: spans.map(|spans| spans.expected),
            exported: spans.map(|spans| spans.exported),
        }
    }
}
