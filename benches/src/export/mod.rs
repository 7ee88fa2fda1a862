//! From the end of a span to its receiver: what the sending thread costs, and what arrives when there is much.

pub(crate) mod burst;
mod full_rate;
mod worker_cpu;

use std::error::Error;

use crate::grid::Grid;

/// The grids of so many rounds.
pub(crate) fn grids(rounds: usize) -> Result<Vec<Grid>, Box<dyn Error>> {
    Ok(vec![worker_cpu::grid(rounds)?, burst::grid(rounds)?, full_rate::grid(rounds)?])
}
