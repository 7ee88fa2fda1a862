//! What a span costs from its end to the socket, ours beside opentelemetry-jaeger and OTLP: to encode it, the whole way, and how
//! many a core can send.

pub(crate) mod allocations;
mod backlog;
mod encoding;
mod entry;
#[cfg(feature = "exporters")]
mod old;
#[cfg(feature = "exporters")]
mod otlp;
mod ours;
mod receiver;
mod sample;
mod way;
pub(crate) mod whole_way;

use std::error::Error;

use crate::grid::Grid;

/// The grids of so many rounds; of a tenth, where a round takes seconds.
pub(crate) fn grids(rounds: usize) -> Result<Vec<Grid>, Box<dyn Error>> {
    let few = (rounds / 10).max(2);
    let mut grids = vec![encoding::grid(rounds)?, whole_way::cost(few)?, whole_way::sustained(few)?];
    if cfg!(not(feature = "exporters")) {
        grids = grids
            .into_iter()
            .map(|grid| grid.note("The peers are there with --features exporters."))
            .collect();
    }
    Ok(grids)
}
